"""A user with an authenticator app logs in with its codes: through the Login API, the login page and the terminal."""

import time
from collections.abc import Callable

import pytest

from services.cancel import Cancellation
from services.fusionauth.outcomes import Kind, LoginRefused
from services.tokens.two_factor import Challenge
from services.workbench import Workbench
from tests.acquire.person import Person
from tests.benches import Bench, up
from tests.sandbox_fusionauth.authenticator import code


@pytest.fixture
def app(workbench: Workbench, sandbox: Bench) -> Callable[[], str]:
    """Provisions, and gives the user's authenticator app: each call shows the code of now."""
    up(workbench)
    secret: str = sandbox.fusionauth("GET", "/api/two-factor/secret").json()["secret"]
    user_id = workbench.done()["user"].facts["user_id"]
    body = {"method": "authenticator", "secret": secret, "code": code(secret, time.time())}
    assert sandbox.fusionauth("POST", f"/api/user/two-factor/{user_id}", body).status_code == 200
    return lambda: code(secret, time.time())


def test_the_code_completes_the_login(workbench: Workbench, app: Callable[[], str]) -> None:
    asked: list[Challenge] = []

    def ask(challenge: Challenge) -> str:
        asked.append(challenge)
        return "000000" if len(asked) == 1 and app() != "000000" else app()

    token = workbench.get_token(Cancellation(), ask)
    assert workbench.call(token, Cancellation()).opens_as_it_should
    assert token.refresh_token
    assert [challenge.method for challenge in asked] == ["authenticator"] * 2


def test_without_anybody_to_ask_the_second_factor_is_explained(workbench: Workbench, app: Callable[[], str]) -> None:
    with pytest.raises(LoginRefused, match="needs a second factor") as refused:
        workbench.get_token(Cancellation())
    assert refused.value.outcome.kind is Kind.SECOND_FACTOR


def test_the_login_page_asks_for_the_code_itself(workbench: Workbench, sandbox: Bench, app: Callable[[], str]) -> None:
    token = workbench.tokens.by_browser(Cancellation(), open_browser=Person(sandbox.email, code=app))
    assert workbench.call(token, Cancellation()).opens_as_it_should


def test_a_password_that_must_change_is_told_with_its_reason(workbench: Workbench, sandbox: Bench) -> None:
    up(workbench)
    user = f"/api/user/{workbench.done()['user'].facts['user_id']}"
    assert sandbox.fusionauth("PATCH", user, {"user": {"passwordChangeRequired": True}}).status_code == 200
    with pytest.raises(LoginRefused, match=r"must change the password.*\(203\)") as refused:
        workbench.get_token(Cancellation())
    assert refused.value.outcome.kind is Kind.PASSWORD_CHANGE
