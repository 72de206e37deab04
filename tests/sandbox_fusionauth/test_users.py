"""Users and their registrations."""

import pytest

from tests.sandbox_fusionauth.conftest import Client, codes, empty

USER_ID = "22222222-0000-4000-8000-000000000001"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_a_user_is_found_by_address_name_login_id_and_id_in_any_case(fusionauth: Client) -> None:
    body = {"user": {"email": "Richard@Example.com", "username": "Richard", "password": "password"}}
    made = fusionauth.ok("POST", f"/api/user/{USER_ID}", {**body, "skipVerification": True})
    assert made["token"]
    user = made["user"]
    assert (user["id"], user["email"], user["active"], user["verified"]) == (USER_ID, "richard@example.com", True, True)
    assert "password" not in user
    for query in ("email=richard@example.com", "loginId=RICHARD@example.com", "loginId=richard", "username=RICHARD"):
        assert fusionauth.ok("GET", f"/api/user?{query}")["user"] == user, query
    assert fusionauth.ok("GET", f"/api/user/{USER_ID.upper()}")["user"] == user


@pytest.mark.parametrize("query", ["email=nobody@example.com", "loginId=%20", "username=richard@example.com"])
def test_nobody_is_found_with_404_and_an_empty_body(fusionauth: Client, query: str) -> None:
    fusionauth.new_user(email="richard@example.com")
    assert empty(fusionauth.call("GET", f"/api/user?{query}"), 404)


def test_a_search_for_nothing_is_a_400(fusionauth: Client) -> None:
    assert codes(fusionauth.call("GET", "/api/user")) == {"[missing]"}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"password": "password"}, {"[blank]user.email", "[blank]user.username"}),
        ({"email": "nonsense", "password": "password"}, {"[notEmail]user.email"}),
        ({"email": "TAKEN@example.com", "password": "password"}, {"[duplicate]user.email"}),
        ({"username": "Taken", "password": "password"}, {"[duplicate]user.username"}),
        ({"email": "a@example.com", "password": "short"}, {"[tooShort]user.password"}),
        ({"email": "a@example.com", "password": "x" * 257}, {"[tooLong]user.password"}),
        ({"email": "a@example.com", "password": ""}, {"[blank]user.password"}),
        ({"email": ["a@example.com"]}, {"[invalidJSON]user.email"}),
    ],
)
def test_a_user_that_cannot_be_is_refused(
    fusionauth: Client, properties: dict[str, object], expected: set[str]
) -> None:
    fusionauth.new_user(email="taken@example.com", username="taken")
    assert codes(fusionauth.call("POST", "/api/user", {"user": properties})) == expected


def test_the_tenants_password_rules_are_kept(fusionauth: Client) -> None:
    rules = {"requireMixedCase": True, "requireNonAlpha": True, "requireNumber": True, "minLength": 4}
    patch = {"tenant": {"passwordValidationRules": rules}}
    fusionauth.ok("PATCH", f"/api/tenant/{fusionauth.store.tenant_id}", patch)
    response = fusionauth.call("POST", "/api/user", {"user": {"email": "a@example.com", "password": "abcd"}})
    assert codes(response) == {"[singleCase]user.password", "[onlyAlpha]user.password", "[requireNumber]user.password"}
    fusionauth.new_user(password="Ab1!")


def test_the_duplicate_address_message_quotes_the_address(fusionauth: Client) -> None:
    fusionauth.new_user(email="richard@example.com")
    response = fusionauth.call("POST", "/api/user", {"user": {"email": "richard@example.com"}})
    message = response.json()["fieldErrors"]["user.email"][0]["message"]
    assert message == "A User with email = [richard@example.com] already exists."


def test_a_password_is_optional_and_without_one_nobody_logs_in(fusionauth: Client) -> None:
    user = fusionauth.ok("POST", "/api/user", {"user": {"email": "a@example.com"}})["user"]
    assert empty(fusionauth.login(user), 404)


def test_a_patch_keeps_the_rest_and_can_set_a_password(fusionauth: Client) -> None:
    user = fusionauth.new_user(firstName="Ada", data={"a": 1})
    changed = fusionauth.ok(
        "PATCH", f"/api/user/{user['id']}", {"user": {"lastName": "L", "password": "new password"}}
    )["user"]
    assert (changed["firstName"], changed["lastName"], changed["email"]) == ("Ada", "L", user["email"])
    assert empty(fusionauth.login(user), 404)
    assert fusionauth.login(user, password="new password").status_code == 200


def test_a_put_replaces_the_profile_and_keeps_the_password(fusionauth: Client) -> None:
    user = fusionauth.new_user(firstName="Ada")
    changed = fusionauth.ok("PUT", f"/api/user/{user['id']}", {"user": {"email": user["email"]}})["user"]
    assert "firstName" not in changed
    assert fusionauth.login(user).status_code == 200


def test_delete_only_deactivates_and_the_address_stays_taken(fusionauth: Client) -> None:
    user = fusionauth.new_user(email="richard@example.com")
    path = f"/api/user/{user['id']}"
    assert fusionauth.ok("DELETE", path) is None
    assert fusionauth.ok("GET", path)["user"]["active"] is False
    again = fusionauth.call("POST", "/api/user", {"user": {"email": "richard@example.com"}})
    assert codes(again) == {"[duplicate]user.email"}
    assert fusionauth.ok("PUT", f"{path}?reactivate=true")["user"]["active"] is True
    assert fusionauth.login(user).status_code == 200


def test_a_hard_delete_frees_the_address(fusionauth: Client) -> None:
    user = fusionauth.new_user(email="richard@example.com")
    path = f"/api/user/{user['id']}"
    assert fusionauth.ok("DELETE", f"{path}?hardDelete=true") is None
    assert empty(fusionauth.call("GET", path), 404)
    assert empty(fusionauth.call("DELETE", path), 404)
    fusionauth.new_user(email="richard@example.com")


def test_a_registration_is_made_read_and_ended(fusionauth: Client) -> None:
    application = fusionauth.new_application(roles=[{"name": "reader", "isDefault": True}, {"name": "writer"}])
    user = fusionauth.new_user()
    registration = fusionauth.register(user, application)["registration"]
    assert registration["applicationId"] == application["id"]
    assert (registration["roles"], registration["usernameStatus"], registration["verified"]) == (
        ["reader"],
        "ACTIVE",
        True,
    )
    path = f"/api/user/registration/{user['id']}/{application['id']}"
    assert fusionauth.ok("GET", path) == {"registration": registration}
    assert fusionauth.ok("GET", f"/api/user/{user['id']}")["user"]["registrations"] == [registration]
    assert fusionauth.ok("DELETE", path) is None
    assert empty(fusionauth.call("GET", path), 404)
    assert empty(fusionauth.call("DELETE", path), 404)
    assert fusionauth.call("GET", f"/api/user/{user['id']}").status_code == 200


def test_the_id_in_the_registrations_path_is_the_users(fusionauth: Client) -> None:
    application = fusionauth.new_application()
    body = {"registration": {"applicationId": application["id"]}}
    assert empty(fusionauth.call("POST", f"/api/user/registration/{application['id']}", body), 404)
    assert codes(fusionauth.call("POST", "/api/user/registration", body)) == {"[missing]user"}


def test_a_second_registration_to_the_same_application_is_refused(fusionauth: Client) -> None:
    application, user = fusionauth.new_application(), fusionauth.new_user()
    fusionauth.register(user, application)
    body = {"registration": {"applicationId": application["id"]}}
    again = fusionauth.call("POST", f"/api/user/registration/{user['id']}", body)
    assert codes(again) == {"[duplicate]registration"}


@pytest.mark.parametrize(
    ("registration", "code"),
    [
        ({}, "[blank]registration.applicationId"),
        ({"applicationId": UNKNOWN}, "[invalid]registration.applicationId"),
        ({"applicationId": "mine"}, "[invalid]registration.applicationId"),
        ({"roles": ["nobody"]}, "[invalid]registration.roles"),
    ],
)
def test_a_registration_that_cannot_be_is_refused_and_leaves_no_user_behind(
    fusionauth: Client, registration: dict[str, object], code: str
) -> None:
    if "roles" in registration:
        registration = {**registration, "applicationId": fusionauth.new_application()["id"]}
    body = {"user": {"email": "a@example.com", "password": "password"}, "registration": registration}
    assert codes(fusionauth.call("POST", "/api/user/registration", body)) == {code}
    assert empty(fusionauth.call("GET", "/api/user?email=a@example.com"), 404)


def test_user_and_registration_can_be_made_in_one_call(fusionauth: Client) -> None:
    application = fusionauth.new_application(loginConfiguration={"generateRefreshTokens": True})
    body = {
        "user": {"email": "a@example.com", "password": "password"},
        "registration": {"applicationId": application["id"]},
        "skipVerification": True,
        "skipRegistrationVerification": True,
    }
    made = fusionauth.ok("POST", f"/api/user/registration/{USER_ID}", body)
    assert made["user"]["id"] == USER_ID
    assert made["registration"]["applicationId"] == application["id"]
    assert {"token", "tokenExpirationInstant", "refreshToken", "refreshTokenId"} <= set(made)
    assert fusionauth.login(made["user"], application).status_code == 200
