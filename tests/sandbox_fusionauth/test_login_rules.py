"""What a right password is not enough for: 203, 212 and 213, and how the user gets past them."""

import pytest

from tests.sandbox_fusionauth.authenticator import Authenticator
from tests.sandbox_fusionauth.browser import App, Browser, Page, answered, asked, error
from tests.sandbox_fusionauth.conftest import Client, codes, empty

CHANGE = "/api/user/change-password"


def patch_tenant(fusionauth: Client, **properties: object) -> None:
    fusionauth.ok("PATCH", f"/api/tenant/{fusionauth.store.tenant_id}", {"tenant": properties})


def unverified_user(fusionauth: Client) -> dict[str, str]:
    body = {"email": "new@example.com", "password": "password"}
    user: dict[str, str] = fusionauth.ok("POST", "/api/user", {"user": body, "skipVerification": False})["user"]
    return user


def test_whoever_must_change_the_password_gets_203_and_logs_in_with_the_new_one(fusionauth: Client) -> None:
    user = fusionauth.new_user(passwordChangeRequired=True)
    refused = fusionauth.login(user)
    assert refused.status_code == 203
    body = refused.json()
    assert set(body) == {"changePasswordId", "changePasswordReason"}
    assert body["changePasswordReason"] == "Administrative"
    nobody = fusionauth.using(None)
    path = f"{CHANGE}/{body['changePasswordId']}"
    assert codes(nobody.call("POST", path, {"password": "short"})) == {"[tooShort]user.password"}
    once = nobody.ok("POST", path, {"password": "another password"})["oneTimePassword"]
    assert empty(nobody.call("POST", path, {"password": "another password"}), 404)
    assert fusionauth.call("POST", "/api/login", {"oneTimePassword": once}).status_code == 200
    assert empty(fusionauth.call("POST", "/api/login", {"oneTimePassword": once}), 404)
    assert empty(fusionauth.login(user), 404)
    assert fusionauth.login(user, password="another password").status_code == 200


def test_the_tenants_rules_can_ask_for_a_new_password(fusionauth: Client) -> None:
    user = fusionauth.new_user()
    patch_tenant(fusionauth, passwordValidationRules={"requireNumber": True})
    assert fusionauth.login(user).status_code == 200
    patch_tenant(fusionauth, passwordValidationRules={"validateOnLogin": True})
    assert fusionauth.login(user).json()["changePasswordReason"] == "Validation"
    patch_tenant(fusionauth, passwordValidationRules={"validateOnLogin": False})
    patch_tenant(fusionauth, maximumPasswordAge={"enabled": True, "days": 1})
    assert fusionauth.login(user).status_code == 200
    fusionauth.clock.advance(86_401)
    assert fusionauth.login(user).json()["changePasswordReason"] == "Expired"


def test_an_id_for_a_change_lives_ten_minutes(fusionauth: Client) -> None:
    body = fusionauth.login(fusionauth.new_user(passwordChangeRequired=True)).json()
    fusionauth.clock.advance(601)
    change = {"changePasswordId": body["changePasswordId"], "password": "another password"}
    assert empty(fusionauth.using(None).call("POST", CHANGE, change), 404)


def test_an_api_key_changes_a_password_by_name_and_ends_every_session(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    token = app.tokens("offline_access")["refresh_token"]
    change = {"loginId": "richard", "password": "another password"}
    assert empty(fusionauth.using(None).call("POST", CHANGE, change), 401)
    wrong = fusionauth.call("POST", CHANGE, {**change, "currentPassword": "wrong one"})
    assert codes(wrong) == {"[invalid]currentPassword"}
    assert fusionauth.ok("POST", CHANGE, {**change, "currentPassword": "password"}) is None
    assert error(app.token("refresh_token", refresh_token=token))[1] == "refresh_token_not_found"
    assert fusionauth.login(app.user, password="another password").status_code == 200
    assert empty(fusionauth.call("POST", CHANGE, {**change, "loginId": "nobody"}), 404)
    assert codes(fusionauth.call("POST", CHANGE, {"password": "x"})) == {"[blank]loginId"}


def test_the_second_factor_comes_before_the_new_password(fusionauth: Client) -> None:
    user = fusionauth.new_user(passwordChangeRequired=True)
    phone = Authenticator(fusionauth, user)
    started = fusionauth.login(user).json()
    body = {"twoFactorId": started["twoFactorId"], "code": phone.code()}
    assert fusionauth.call("POST", "/api/two-factor/login", body).status_code == 203


@pytest.mark.parametrize("behavior", ["Allow", "Gated"])
def test_an_address_that_is_not_verified_means_212_and_no_token_where_it_is_gated(
    fusionauth: Client, behavior: str
) -> None:
    patch_tenant(fusionauth, emailConfiguration={"verifyEmail": True, "unverified": {"behavior": behavior}})
    user = unverified_user(fusionauth)
    response = fusionauth.login(user)
    assert response.status_code == 212
    assert response.json()["user"]["verified"] is False
    assert ("token" in response.json()) == (behavior == "Allow")
    assert "emailVerificationId" not in response.json()
    assert fusionauth.login(fusionauth.new_user()).status_code == 212
    started = fusionauth.ok("PUT", f"/api/user/verify-email?email={user['email']}&sendVerifyEmail=false")
    path = f"/api/user/verify-email/{started['verificationId']}"
    assert empty(fusionauth.using(None).call("POST", path), 200)
    assert empty(fusionauth.using(None).call("POST", path), 404)
    assert fusionauth.login(user).status_code == 200


def test_a_form_wants_the_code_that_belongs_to_the_id(fusionauth: Client) -> None:
    patch_tenant(fusionauth, emailConfiguration={"verifyEmail": True, "verificationStrategy": "FormField"})
    user = unverified_user(fusionauth)
    assert fusionauth.login(user).json()["emailVerificationId"]
    started = fusionauth.ok("PUT", f"/api/user/verify-email?email={user['email']}")
    nobody = fusionauth.using(None)
    wrong = {"verificationId": started["verificationId"], "oneTimeCode": "x"}
    assert codes(nobody.call("POST", "/api/user/verify-email", wrong)) == {"[invalid]oneTimeCode"}
    assert empty(nobody.call("POST", "/api/user/verify-email", started), 200)
    assert fusionauth.login(user).status_code == 200


def test_an_administrator_needs_no_proof(fusionauth: Client) -> None:
    patch_tenant(fusionauth, emailConfiguration={"verifyEmail": True})
    user = unverified_user(fusionauth)
    body = {"userId": user["id"]}
    assert empty(fusionauth.using(None).call("POST", "/api/user/verify-email", body), 401)
    assert empty(fusionauth.call("POST", "/api/user/verify-email", body), 200)
    assert fusionauth.login(user).status_code == 200
    assert codes(fusionauth.call("POST", "/api/user/verify-email", {})) == {"[blank]verificationId"}


def test_whoever_creates_a_user_may_vouch_for_the_address(fusionauth: Client) -> None:
    patch_tenant(fusionauth, emailConfiguration={"verifyEmail": True})
    body = {"user": {"email": "a@example.com", "password": "password"}, "skipVerification": True}
    assert fusionauth.login(fusionauth.ok("POST", "/api/user", body)["user"]).status_code == 200


@pytest.mark.parametrize("behavior", ["Allow", "Gated"])
def test_a_registration_that_is_not_verified_means_213(fusionauth: Client, behavior: str) -> None:
    application = fusionauth.new_application(verifyRegistration=True, unverified={"behavior": behavior})
    user, vouched = fusionauth.new_user(), fusionauth.new_user()
    fusionauth.register(user, application)
    body = {"registration": {"applicationId": application["id"]}, "skipRegistrationVerification": True}
    fusionauth.ok("POST", f"/api/user/registration/{vouched['id']}", body)
    assert fusionauth.login(vouched, application).status_code == 200
    response = fusionauth.login(user, application)
    assert response.status_code == 213
    assert ("token" in response.json()) == (behavior == "Allow")
    query = f"applicationId={application['id']}&email={user['email']}"
    started = fusionauth.ok("PUT", f"/api/user/verify-registration?{query}")
    path = f"/api/user/verify-registration/{started['verificationId']}"
    assert empty(fusionauth.using(None).call("POST", path), 200)
    assert fusionauth.login(user, application).status_code == 200
    assert empty(fusionauth.call("PUT", "/api/user/verify-registration?applicationId=x&email=y"), 404)


def test_the_login_page_and_the_password_grant_say_what_is_missing(fusionauth: Client) -> None:
    app = App.new(fusionauth, enabledGrants=["authorization_code", "password"])
    right = {"username": app.user["email"], "password": "password"}

    def page() -> str:
        return Page(Browser(fusionauth).log_in(app.user, **asked(app.registered)).text).text

    fusionauth.ok("PATCH", f"/api/user/{app.user['id']}", {"user": {"passwordChangeRequired": True}})
    assert "change your password" in page()
    refused = app.token("password", **right)
    assert error(refused) == ("change_password_required", "change_password_administrative")
    change = {"changePasswordId": refused.json()["change_password_id"], "password": "password"}
    assert fusionauth.call("POST", CHANGE, change).status_code == 200
    fusionauth.ok("PATCH", f"/api/application/{app.registered['id']}", {"application": {"verifyRegistration": True}})
    fusionauth.ok("DELETE", f"/api/user/registration/{app.user['id']}/{app.registered['id']}")
    fusionauth.register(app.user, app.registered)
    answer = answered(Browser(fusionauth).log_in(app.user, **asked(app.registered)))
    assert answer["userState"] == "AuthenticatedRegistrationNotVerified"
    gated = {"application": {"unverified": {"behavior": "Gated"}}}
    fusionauth.ok("PATCH", f"/api/application/{app.registered['id']}", gated)
    assert "verify your registration" in page()
    assert error(app.token("password", **right))[1] == "registration_verification_required"


def test_a_gated_address_stops_the_login_page_and_the_password_grant(fusionauth: Client) -> None:
    app = App.new(fusionauth, enabledGrants=["authorization_code", "password"])
    patch_tenant(fusionauth, emailConfiguration={"verifyEmail": True})
    app.user = unverified_user(fusionauth)
    fusionauth.register(app.user, app.registered)
    answer = answered(Browser(fusionauth).log_in(app.user, **asked(app.registered)))
    assert answer["userState"] == "AuthenticatedNotVerified"
    patch_tenant(fusionauth, emailConfiguration={"unverified": {"behavior": "Gated"}})
    shown = Browser(fusionauth).log_in(app.user, **asked(app.registered))
    assert "verify your email" in Page(shown.text).text
    refused = app.token("password", username=app.user["email"], password="password")
    assert error(refused)[1] == "email_verification_required"
