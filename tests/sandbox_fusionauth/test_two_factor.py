"""The second factor: enabling it, logging in with it, and trusting a computer."""

import base64

import jwt
import pytest
import requests

from services.sandbox.fusionauth.second_factor import is_code
from tests.sandbox_fusionauth.authenticator import Authenticator, code
from tests.sandbox_fusionauth.browser import App, Browser, Page, answered, asked, error
from tests.sandbox_fusionauth.conftest import Client, codes, empty

SECRET = base64.b64encode(b"12345678901234567890").decode()


def finish(fusionauth: Client, started: requests.Response, code: str, **more: object) -> requests.Response:
    assert started.status_code == 242
    body = {"twoFactorId": started.json()["twoFactorId"], "code": code, **more}
    return fusionauth.using(None).call("POST", "/api/two-factor/login", body)


@pytest.mark.parametrize(
    ("now", "shown"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard_and_good_for_a_step_more_or_less(now: int, shown: str) -> None:
    secret = base64.b64decode(SECRET)  # RFC 6238, appendix B, the last six of its eight digits
    for drift, good in ((-60, False), (-30, True), (0, True), (30, True), (61, False)):
        assert is_code(secret, shown, max(0, now + drift)) is good or (now == 59 and drift < 0)
    assert code(SECRET, now) == shown


def test_the_first_method_comes_with_recovery_codes_and_its_secret_is_never_shown(fusionauth: Client) -> None:
    user = fusionauth.new_user()
    first = Authenticator(fusionauth, user, name="phone")
    assert len(set(first.enabled["recoveryCodes"])) == 10
    assert Authenticator(fusionauth, user).enabled is None
    response = fusionauth.call("GET", f"/api/user/{user['id']}")
    methods = response.json()["user"]["twoFactor"]["methods"]
    assert [(method["method"], method.get("name")) for method in methods] == [
        ("authenticator", "phone"),
        ("authenticator", None),
    ]
    assert first.secret not in response.text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": ""}, "[blank]code"),
        ({"method": ""}, "[blank]method"),
        ({"method": "sms"}, "[invalid]method"),
        ({"secret": ""}, "[blank]secret"),
        ({"secret": "!"}, "[invalid]secret"),
        ({"secret": "eA=="}, "[invalid]secret"),
        ({"secret": None, "secretBase32Encoded": "1"}, "[invalid]secret"),
        ({"name": "x" * 257}, "[tooLong]name"),
    ],
)
def test_a_method_that_makes_no_sense_is_refused(fusionauth: Client, change: dict[str, object], code: str) -> None:
    body = {"code": "1", "method": "authenticator", "secret": SECRET, **change}
    assert codes(fusionauth.call("POST", f"/api/user/two-factor/{fusionauth.new_user()['id']}", body)) == {code}


def test_a_method_is_enabled_only_by_a_code_of_its_own_in_either_encoding(fusionauth: Client) -> None:
    path = f"/api/user/two-factor/{fusionauth.new_user()['id']}"
    made = fusionauth.ok("GET", "/api/two-factor/secret")
    right = code(made["secret"], fusionauth.clock())
    wrong = "000000" if right != "000000" else "000001"
    body = {"method": "authenticator", "secretBase32Encoded": made["secretBase32Encoded"]}
    assert empty(fusionauth.call("POST", path, body | {"code": wrong}), 421)
    assert "recoveryCodes" in fusionauth.ok("POST", path, body | {"code": code(made["secret"], fusionauth.clock())})
    unknown = "/api/user/two-factor/00000000-0000-4000-8000-000000000000"
    assert empty(fusionauth.call("POST", unknown, body | {"code": right}), 404)


def test_a_login_with_a_second_factor_takes_two_steps(fusionauth: Client) -> None:
    application, user = fusionauth.new_application(jwtConfiguration=fusionauth.rs256()), fusionauth.new_user()
    fusionauth.register(user, application)
    phone = Authenticator(fusionauth, user)
    started = fusionauth.login(user, application)
    assert set(started.json()) == {"twoFactorId", "methods"}
    assert not started.cookies
    assert empty(finish(fusionauth, started, phone.wrong_code()), 421)
    done = finish(fusionauth, started, phone.code())
    assert done.status_code == 200
    claims = jwt.decode(done.json()["token"], options={"verify_signature": False})
    assert (claims["aud"], claims["authenticationType"]) == (application["id"], "PASSWORD")
    assert "twoFactorTrustId" not in done.json()
    assert empty(finish(fusionauth, started, phone.code()), 404)


def test_an_unregistered_user_gets_202_after_the_second_step_too(fusionauth: Client) -> None:
    application, user = fusionauth.new_application(), fusionauth.new_user()
    phone = Authenticator(fusionauth, user)
    assert finish(fusionauth, fusionauth.login(user, application), phone.code()).status_code == 202


def test_the_second_step_is_checked(fusionauth: Client) -> None:
    user = fusionauth.new_user()
    phone = Authenticator(fusionauth, user)
    nobody = fusionauth.using(None)
    assert codes(nobody.call("POST", "/api/two-factor/login", {})) == {"[blank]code", "[blank]twoFactorId"}
    assert empty(nobody.call("POST", "/api/two-factor/login", {"code": "1", "twoFactorId": "x"}), 404)
    started = fusionauth.login(user)
    assert codes(finish(fusionauth, started, phone.code(), applicationId="x")) == {"[invalid]applicationId"}
    fusionauth.clock.advance(301)
    assert empty(finish(fusionauth, started, phone.code()), 404)
    started = fusionauth.login(user)
    fusionauth.ok("DELETE", f"/api/user/{user['id']}")
    assert empty(finish(fusionauth, started, phone.code()), 423)


def test_a_trusted_computer_is_not_asked_again(fusionauth: Client) -> None:
    user, other = fusionauth.new_user(), fusionauth.new_user()
    phone = Authenticator(fusionauth, user)
    Authenticator(fusionauth, other)
    trust = finish(fusionauth, fusionauth.login(user), phone.code(), trustComputer=True).json()["twoFactorTrustId"]
    assert fusionauth.login(user, twoFactorTrustId=trust).status_code == 200
    assert fusionauth.login(other, twoFactorTrustId=trust).status_code == 242
    fusionauth.clock.advance(2_592_001)
    assert fusionauth.login(user, twoFactorTrustId=trust).status_code == 242


def test_a_recovery_code_works_once_and_disables_everything(fusionauth: Client) -> None:
    user = fusionauth.new_user()
    first, second, *_ = Authenticator(fusionauth, user).enabled["recoveryCodes"]
    assert finish(fusionauth, fusionauth.login(user), first.lower()).status_code == 200
    assert empty(finish(fusionauth, fusionauth.login(user), first), 421)
    method = fusionauth.ok("GET", f"/api/user/{user['id']}")["user"]["twoFactor"]["methods"][0]["id"]
    fusionauth.ok("DELETE", f"/api/user/two-factor/{user['id']}?code={second}&methodId={method}")
    assert fusionauth.login(user).status_code == 200


def test_a_method_is_disabled_by_a_code(fusionauth: Client) -> None:
    user = fusionauth.new_user()
    phone = Authenticator(fusionauth, user)
    path = f"/api/user/two-factor/{user['id']}"
    method = fusionauth.ok("GET", f"/api/user/{user['id']}")["user"]["twoFactor"]["methods"][0]["id"]
    assert codes(fusionauth.call("DELETE", path)) == {"[blank]code", "[blank]methodId"}
    assert codes(fusionauth.call("DELETE", path, {"code": "1", "methodId": "x"})) == {"[invalid]methodId"}
    assert empty(fusionauth.call("DELETE", path, {"code": phone.wrong_code(), "methodId": method}), 421)
    assert fusionauth.login(user).status_code == 242
    fusionauth.ok("DELETE", path, {"code": phone.code(), "methodId": method})
    assert fusionauth.login(user).status_code == 200


def test_where_the_tenant_requires_it_a_login_waits_for_a_method(fusionauth: Client) -> None:
    def policy(value: str) -> None:
        body = {"tenant": {"multiFactorConfiguration": {"loginPolicy": value}}}
        fusionauth.ok("PATCH", f"/api/tenant/{fusionauth.store.tenant_id}", body)

    user = fusionauth.new_user()
    policy("Required")
    started = fusionauth.login(user)
    assert started.json()["configurableMethods"] == ["authenticator"]
    phone = Authenticator(fusionauth, user, twoFactorId=started.json()["twoFactorId"])
    assert finish(fusionauth, started, phone.enabled["code"]).status_code == 200
    policy("Disabled")
    assert fusionauth.login(user).status_code == 200


def test_the_login_page_asks_for_the_code(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    phone = Authenticator(fusionauth, app.user)
    browser = Browser(fusionauth)
    page = browser.log_in(app.user, **asked(app.registered, state="s"))
    assert page.status_code == 200
    assert "code" in Page(page.text).fields
    again = browser.send(page, code=phone.wrong_code())
    assert "not right" in Page(again.text).text
    assert answered(browser.send(again, code=phone.code()))["state"] == "s"
    assert "loginId" in Page(browser.send(again, code=phone.code()).text).fields  # used up: from the start


def test_a_half_finished_login_of_one_application_does_not_open_another(fusionauth: Client) -> None:
    app, other = App.new(fusionauth), fusionauth.new_application(oauthConfiguration={"authorizedRedirectURLs": ["x"]})
    phone = Authenticator(fusionauth, app.user)
    browser = Browser(fusionauth)
    page = browser.log_in(app.user, **asked(app.registered))
    moved = browser.send(page, code=phone.code(), client_id=other["id"], redirect_uri="x")
    assert moved.status_code == 200
    assert "loginId" in Page(moved.text).fields


def test_the_password_grant_says_that_a_second_factor_is_needed(fusionauth: Client) -> None:
    app = App.new(fusionauth, enabledGrants=["password"])
    phone = Authenticator(fusionauth, app.user)
    refused = app.token("password", username=app.user["email"], password="password")
    assert error(refused) == ("two_factor_required", "multi_factor_challenge_required")
    body = {"twoFactorId": refused.json()["two_factor_id"], "code": phone.code()}
    assert fusionauth.call("POST", "/api/two-factor/login", body).status_code == 200
