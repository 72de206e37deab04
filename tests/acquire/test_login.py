"""The Login API: every documented status is an outcome of its own, and a second factor can be given."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from services.cancel import Cancellation
from services.errors import ExpectationFailed, GatelightError, RemoteError
from services.fusionauth.outcomes import LOGIN, Kind, LoginRefused
from services.http import HttpClient
from services.provisioning.step import Side
from services.redact import Redactor, Secret
from services.tokens import acquire
from services.tokens.acquire import Login, log_in
from services.tokens.hand import TokenInHand
from services.tokens.two_factor import Challenge
from services.tokens.ways import WAYS, Carried, Way
from services.workbench import Workbench
from tests.acquire.person import Person
from tests.benches import Bench, up
from tests.core.conftest import Canned, Server
from tests.tui.double import CLAIMS, compact

WAITING = {"twoFactorId": "wait-4711", "methods": [{"id": "AAAA", "method": "authenticator"}]}
TOKEN = compact(CLAIMS)
APPLICATION = "85a03867-dccf-4882-adde-1a79aeec50df"


def logging_in(
    server: Server, ask_code: Callable[[Challenge], str] | None = None, *, key_is_new: bool = False
) -> TokenInHand:
    """Log in at the scripted FusionAuth."""
    redactor = Redactor()
    login = Login(
        server.url,
        Secret("login-key"),
        APPLICATION,
        "r@example.com",
        Secret("password"),
        "",
        key_is_new,
        Secret("given"),
    )
    return log_in(login, HttpClient(redactor), redactor, Cancellation(), ask_code)


def answers(server: Server, *scripted: tuple[int, Any]) -> None:
    """Say these, one after the other, whatever is asked."""
    waiting = list(scripted)

    def answer(method: str, path: str) -> Canned:
        status, body = waiting.pop(0)
        return Canned(status, b"" if body is None else json.dumps(body).encode())

    server.answer = answer


def test_success_gives_the_token_and_the_refresh_token(server: Server) -> None:
    answers(server, (200, {"token": TOKEN, "refreshToken": "refresh-4711"}))
    held = logging_in(server)
    assert held.secret.reveal() == TOKEN
    assert held.refresh_token.reveal() == "refresh-4711"
    assert (held.way, held.note) == (Way.LOGIN, "")
    assert held.expires_at == CLAIMS["exp"]


def test_an_unregistered_users_token_comes_with_a_warning(server: Server) -> None:
    answers(server, (202, {"token": TOKEN}))
    held = logging_in(server)
    assert "carries no audience" in held.note
    assert not held.refresh_token


@pytest.mark.parametrize("status", [status for status, outcome in LOGIN.items() if not outcome.with_token])
def test_every_other_documented_status_has_words_of_its_own(server: Server, status: int) -> None:
    answers(server, (status, None if status in (404, 410, 423) else {}))
    with pytest.raises(LoginRefused) as refused:
        logging_in(server)
    outcome = LOGIN[status]
    assert refused.value.outcome is outcome
    assert str(status) in refused.value.message
    assert refused.value.fix == outcome.fix
    others = [other for other in LOGIN.values() if other is not outcome]
    assert outcome.sentence not in [other.sentence for other in others]
    assert outcome.kind not in [other.kind for other in others]


def test_why_the_password_must_change_and_what_prevents_a_login_are_told(server: Server) -> None:
    answers(server, (203, {"changePasswordId": "change-4711", "changePasswordReason": "Breached"}))
    with pytest.raises(LoginRefused, match="Breached"):
        logging_in(server)
    answers(server, (409, {"actions": [{"name": "ban", "localizedName": "Banned"}, "nonsense"]}))
    with pytest.raises(LoginRefused, match='"Banned"'):
        logging_in(server)


@pytest.mark.parametrize("status", [206, 302, 400, 401, 418, 500, 503, 504])
def test_what_is_not_documented_is_said_as_it_is(server: Server, status: int) -> None:
    answers(server, (status, {}))
    with pytest.raises(RemoteError, match=str(status)):
        logging_in(server)


def test_a_page_with_status_200_is_no_login(server: Server) -> None:
    server.answer = lambda method, path: Canned(200, b"<html>log in</html>", "text/html")
    with pytest.raises(RemoteError, match="Something other than FusionAuth's API"):
        logging_in(server)


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": 7}, {"token": "a.b"}, [], None])
def test_a_success_without_a_token_is_none(server: Server, body: Any) -> None:
    answers(server, (200, body))
    with pytest.raises(RemoteError):
        logging_in(server)


def test_only_a_new_api_key_is_tried_again_after_a_401(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acquire, "_NEW_KEY_PAUSES", (0.01, 0.01))
    answers(server, (401, None), (401, None), (200, {"token": TOKEN}))
    assert logging_in(server, key_is_new=True).secret.reveal() == TOKEN
    answers(server, (401, None), (200, {"token": TOKEN}))
    with pytest.raises(RemoteError, match="refused the API key"):
        logging_in(server)


def test_a_second_factor_is_asked_for_until_the_code_is_right(server: Server) -> None:
    answers(server, (242, WAITING), (421, None), (200, {"token": TOKEN}))
    asked: list[str] = []

    def ask(challenge: Challenge) -> str:
        asked.append(challenge.question)
        return " 123456 "

    assert logging_in(server, ask).secret.reveal() == TOKEN
    assert [("That code was wrong" in question) for question in asked] == [False, True]
    assert server.asked[-1][1] == "/api/two-factor/login"
    assert "authorization" not in {name.lower() for name in server.asked[-1][2]}


def test_three_wrong_codes_end_the_login(server: Server) -> None:
    answers(server, (242, WAITING), *[(421, None)] * 3)
    with pytest.raises(LoginRefused) as refused:
        logging_in(server, lambda _: "000000")
    assert refused.value.outcome.kind is Kind.WRONG_CODE


def test_a_code_that_comes_too_late_is_not_an_unknown_user(server: Server) -> None:
    answers(server, (242, WAITING), (404, None))
    with pytest.raises(LoginRefused) as refused:
        logging_in(server, lambda _: "123456")
    assert refused.value.outcome.kind is Kind.CODE_TOO_LATE


def test_a_code_by_mail_is_sent_first_and_its_way_told(server: Server) -> None:
    mail = {"id": "MAIL", "method": "email", "email": "r…@example.com"}
    answers(server, (242, {**WAITING, "methods": [mail]}), (204, None), (200, {"token": TOKEN}))
    asked: list[str] = []

    def ask(challenge: Challenge) -> str:
        asked.append(challenge.question)
        return "123456"

    logging_in(server, ask)
    assert [path for _, path, _ in server.asked[1:]] == ["/api/two-factor/send/wait-4711", "/api/two-factor/login"]
    assert "sent to r…@example.com" in asked[0]


def test_a_fusionauth_that_wants_a_key_for_the_code_gets_the_given_one(server: Server) -> None:
    answers(server, (242, WAITING), (401, None), (200, {"token": TOKEN}))
    logging_in(server, lambda _: "123456")
    assert server.asked[-1][2]["Authorization"] == "given"


def test_a_second_factor_that_must_be_set_up_first_is_explained(server: Server) -> None:
    answers(server, (242, {"twoFactorId": "x", "configurableMethods": ["authenticator"]}))
    with pytest.raises(ExpectationFailed, match=r"must set up a second factor.*authenticator"):
        logging_in(server, lambda _: "123456")


def test_giving_no_code_ends_the_login(server: Server) -> None:
    answers(server, (242, WAITING))
    with pytest.raises(ExpectationFailed, match="No code"):
        logging_in(server, lambda _: "")


def test_a_deactivated_user_is_locked(workbench: Workbench, sandbox: Bench) -> None:
    up(workbench)
    sandbox.fusionauth("DELETE", f"/api/user/{workbench.done()['user'].facts['user_id']}")
    with pytest.raises(LoginRefused) as refused:
        workbench.get_token(Cancellation())
    assert refused.value.outcome.kind is Kind.LOCKED


def test_an_unregistered_users_token_is_refused_by_the_gate(workbench: Workbench, sandbox: Bench) -> None:
    up(workbench)
    facts = workbench.done()["registration"].facts
    sandbox.fusionauth("DELETE", f"/api/user/registration/{facts['user_id']}/{facts['application_id']}")
    token = workbench.get_token(Cancellation())
    pair = workbench.call(token, Cancellation())
    assert "202" in token.note
    assert pair.with_token is not None
    assert (pair.with_token.status, pair.as_predicted) == (401, True)


def test_what_each_way_was_said_to_carry_is_what_it_carries(workbench: Workbench, sandbox: Bench) -> None:
    up(workbench)
    login = workbench.get_token(Cancellation())
    tokens = {
        Way.LOGIN: login,
        Way.BROWSER: workbench.tokens.by_browser(Cancellation(), open_browser=Person(sandbox.email)),
        Way.REFRESH: workbench.tokens.by_refresh(login.refresh_token),
    }
    assert set(tokens) == set(WAYS) == set(Way)
    for way, token in tokens.items():
        members = {**token.decoded.header, **token.decoded.claims}
        for item in WAYS[way].carried:
            assert item.present is None or (item.name in members) is item.present, f"{way}: {item}"
            assert item.name in WAYS[way].summary


def test_a_way_says_what_is_uncertain() -> None:
    assert Carried("email", None, "") in [Carried(item.name, item.present, "") for item in WAYS[Way.LOGIN].carried]


def test_errors_of_a_login_keep_its_secrets(server: Server) -> None:
    answers(server, (203, {"changePasswordId": "change-4711"}))
    with pytest.raises(GatelightError) as refused:
        logging_in(server)
    assert "change-4711" not in f"{refused.value} {refused.value.fix}"


def test_a_token_got_before_aws_is_provisioned_is_held_against_the_authorizer_to_come(workbench: Workbench) -> None:
    up(workbench, only="identity")
    for step in workbench.steps:
        if step.side is Side.FUSIONAUTH:
            up(workbench, only=step.id)
    inspection = workbench.inspect(workbench.get_token(Cancellation()))
    assert inspection.verdict.accepted
    up(workbench)
    assert workbench.authorizer() == inspection.authorizer
