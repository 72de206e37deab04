"""What FusionAuth, or something that is not FusionAuth, answers, in words with what to do."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from services.cancel import Cancellation
from services.errors import ConfigurationError, ExpectationFailed, GatelightError, Interrupted, RemoteError, Unreachable
from services.fusionauth.client import FusionAuth
from services.fusionauth.steps.discovery import DiscoveryContract
from services.fusionauth.steps.keys import ACCESS_TOKEN_KEY, SigningKey
from services.fusionauth.steps.reach import Reach
from services.fusionauth.steps.side import FusionAuthSide
from services.http import HttpClient
from services.profile.model import FusionAuthSettings
from services.provisioning.step import State, Work
from services.redact import Redactor, Secret
from services.tokens.acquire import Login, log_in
from services.tokens.issuer import read_issuer_keys
from tests.core.conftest import Canned, Server

KEY = "api-key-canary"
APPLICATION = "85a03867-dccf-4882-adde-1a79aeec50df"
TENANT = "30663132-6464-6665-3032-326466613934"
TOKEN = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.eyJpc3MiOiJpIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
HTML = Canned(200, b"<html>Sign in</html>", "text/html; charset=utf-8")


def as_json(content: Any, status: int = 200) -> Canned:
    return Canned(status, json.dumps(content).encode())


@pytest.fixture
def client(server: Server, http_client: HttpClient, redactor: Redactor) -> FusionAuth:
    return FusionAuth(http_client, server.url, Secret(KEY), redactor)


@pytest.fixture
def side(client: FusionAuth, http_client: HttpClient) -> FusionAuthSide:
    return FusionAuthSide("p", FusionAuthSettings(), client, http_client, Secret("password"))


def work(**facts: str) -> Work:
    return Work(facts, Cancellation(), lambda *why: None)


@pytest.mark.parametrize(
    ("canned", "message", "fix"),
    [
        (Canned(401, b""), "FusionAuth refused the API key for GET /api/system/version (401).", "API Keys"),
        (HTML, "status 200, content type", "fusionauth.url"),
        (
            Canned(302, b"", "", {"location": "/admin/setup-wizard?key=secret"}),
            'status 302, a redirect to "/admin/setup-wizard".',
            "fusionauth.url",
        ),
        (Canned(404, b"", "", {"ngrok-error-code": "ERR_NGROK_3200"}), "ngrok's ERR_NGROK_3200", "fusionauth.url"),
        (Canned(400, b"<oops", "text/plain"), "answered GET /api/system/version with status 400", "log"),
        (Canned(400, b"[1, 2]"), "answered GET /api/system/version with status 400", "log"),
        (Canned(500, b""), "status 500: something went wrong inside it", "Event Log"),
        (Canned(503, b"upstream down", "text/plain"), "status 503: its search index", "search engine"),
        (Canned(504, b""), "status 504: a webhook", "webhooks"),
        (Canned(502, b"", "text/plain"), "with status 502", "log"),
        (Canned(404, b""), "knows nothing at /api/system/version", "deleted"),
        (Canned(200, b"[]"), 'holds no "version"', "fusionauth.url"),
        (Canned(200, b"not json"), 'holds no "version"', "fusionauth.url"),
        (
            as_json({"generalErrors": [{"code": "[TenantIdRequired]", "message": "Say which tenant."}]}, 400),
            "Say which tenant.",
            "fusionauth.tenant_id",
        ),
        (as_json({"fieldErrors": {"a": [{"code": "[blank]a"}]}, "generalErrors": None}, 400), "[blank]a", "Correct"),
        (as_json({"fieldErrors": [1], "generalErrors": ["x"]}, 400), "status 400", "log"),
    ],
)
def test_an_answer_that_is_not_as_it_should_be_is_told_in_words(
    server: Server, client: FusionAuth, canned: Canned, message: str, fix: str
) -> None:
    server.answer = lambda method, path: canned
    with pytest.raises(RemoteError) as raised:
        client.version()
    assert message in raised.value.message
    assert fix in raised.value.fix
    assert raised.value.status == canned.status
    assert KEY not in raised.value.message + raised.value.fix


def test_a_login_page_is_never_taken_for_something_absent(server: Server, client: FusionAuth) -> None:
    server.answer = lambda method, path: Canned(404, b"<html>no such page</html>", "text/html")
    with pytest.raises(RemoteError, match="Something other than FusionAuth"):
        client.key(APPLICATION)
    server.answer = lambda method, path: Canned(404, b"", "")
    assert client.key(APPLICATION) is None


@pytest.mark.parametrize(
    "notice",
    [
        Canned(404, b"<html>no such page</html>", "text/html"),
        Canned(200, b"<html>Sign in</html>", "text/html"),
        Canned(404, b"The endpoint x is offline.", "text/plain", {"ngrok-error-code": "ERR_NGROK_3200"}),
        Canned(404, b"", "", {"ngrok-error-code": "ERR_NGROK_3200"}),
        Canned(404, b"no such route", "text/plain"),
    ],
)
def test_only_fusionauths_own_answer_says_that_something_is_gone(
    server: Server, client: FusionAuth, notice: Canned
) -> None:
    server.answer = lambda method, path: notice
    with pytest.raises(RemoteError):
        client.delete_application(APPLICATION, TENANT)
    server.answer = lambda method, path: Canned(404, b"", "")
    assert client.delete_application(APPLICATION, TENANT) is False


def test_an_answer_of_another_shape_names_what_is_wrong_with_it(server: Server, client: FusionAuth) -> None:
    server.answer = lambda method, path: as_json({"tenant": {"id": 5}})
    with pytest.raises(RemoteError, match="not as documented"):
        client.tenant(TENANT)
    server.answer = lambda method, path: as_json({"tenants": "many"})
    with pytest.raises(RemoteError):
        client.tenants()


def test_a_fusionauth_that_is_not_there_is_unreachable(http_client: HttpClient, redactor: Redactor) -> None:
    with pytest.raises(Unreachable, match="Nothing listens"):
        FusionAuth(http_client, "http://127.0.0.1:1", Secret(KEY), redactor).version()


@pytest.mark.parametrize(("version", "holds"), [("1.45.9", False), ("1.46.0", True), ("2.0", True), ("?", False)])
def test_a_fusionauth_that_is_too_old_is_refused(
    server: Server, side: FusionAuthSide, version: str, holds: bool
) -> None:
    tenants = {"tenants": [{"id": "t", "name": "Default", "issuer": "acme.com"}]}
    server.answer = lambda method, path: as_json({"version": version} if path.endswith("version") else tenants)
    if holds:
        assert Reach(side).find(work()).facts["tenant_id"] == "t"
    else:
        with pytest.raises(ExpectationFailed, match="too old"):
            Reach(side).find(work())


def test_a_key_that_sees_no_tenant_is_told(server: Server, side: FusionAuthSide) -> None:
    server.answer = lambda method, path: as_json({"version": "1.60.0", "tenants": []})
    with pytest.raises(ConfigurationError, match="0 tenants"):
        Reach(side).find(work())


def test_a_key_api_gateway_cannot_use_is_refused(server: Server, side: FusionAuthSide) -> None:
    server.answer = lambda method, path: as_json({"key": {"id": "k", "name": "theirs", "algorithm": "HS256"}})
    with pytest.raises(ExpectationFailed, match='signs with "HS256"'):
        SigningKey(side, ACCESS_TOKEN_KEY).find(work())


def discovery(server: Server, **changes: Any) -> Callable[[str, str], Canned]:
    document = {"issuer": server.url, "jwks_uri": server.url + "/jwks", **changes.get("document", {})}
    keys = changes.get("keys", {"keys": [{"kid": "k1"}]})
    return lambda method, path: as_json(document if "openid" in path else keys)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"document": {"issuer": "acme.com"}}, 'says issuer "acme.com"'),
        ({"document": {"jwks_uri": "http://localhost:9011/jwks"}}, 'sends AWS to "http://localhost:9011/jwks"'),
        ({"document": {"jwks_uri": None}}, 'sends AWS to "None"'),
        ({"keys": {"keys": []}}, "lists: none"),
        ({"keys": {"keys": "?"}}, "lists: none"),
        ({"keys": {"keys": [{"kid": "other"}]}}, 'signs with key "k1", but'),
        ({"keys": [1]}, "instead of a JSON document"),
    ],
)
def test_every_way_the_discovery_contract_can_break_quotes_both_sides(
    server: Server, side: FusionAuthSide, changes: dict[str, Any], said: str
) -> None:
    server.answer = discovery(server, **changes)
    with pytest.raises(ExpectationFailed) as raised:
        DiscoveryContract(side).find(work(public_url=server.url, issuer_path="", access_token_key_kid="k1"))
    assert said in raised.value.message
    assert raised.value.fix


def test_a_contract_that_holds_is_read_without_credentials(server: Server, side: FusionAuthSide) -> None:
    server.answer = discovery(server)
    finding = DiscoveryContract(side).find(work(public_url=server.url, issuer_path="", access_token_key_kid="k1"))
    assert finding.state is State.RIGHT
    assert [path for _, path, _ in server.asked] == ["/.well-known/openid-configuration", "/jwks"]
    assert not [headers for _, _, headers in server.asked if "Authorization" in headers]


@pytest.fixture
def attempt(server: Server, http_client: HttpClient, redactor: Redactor) -> Callable[[Canned], Any]:
    login = Login(server.url, Secret(KEY), APPLICATION, "richard@example.com", Secret("password-canary"), TENANT)

    def run(canned: Canned) -> Any:
        server.answer = lambda method, path: canned
        return log_in(login, http_client, redactor, Cancellation())

    return run


@pytest.mark.parametrize(
    ("status", "said", "fix"),
    [
        (203, "must change the password", "hange"),
        (212, "not verified (212)", "erif"),
        (213, "registration is not verified", "erif"),
        (242, "second factor", ""),
        (404, "no such user, or the password is wrong", "GATELIGHT_USER_PASSWORD"),
        (409, "user action prevents", "actions"),
        (410, "has expired", "expiry"),
        (423, "locked or deactivated", "Unlock"),
    ],
)
def test_every_documented_login_outcome_has_its_sentence(
    attempt: Callable[[Canned], Any], status: int, said: str, fix: str
) -> None:
    with pytest.raises(ExpectationFailed) as raised:
        attempt(as_json({}, status))
    assert said in raised.value.message
    assert f"({status}" in raised.value.message
    assert raised.value.fix
    assert fix in raised.value.fix
    assert "canary" not in raised.value.message


def test_a_200_gives_the_token(attempt: Callable[[Canned], Any], server: Server) -> None:
    held = attempt(as_json({"token": TOKEN}))
    assert held.secret.reveal() == TOKEN
    assert held.decoded.claims == {"iss": "i"}
    assert (held.obtained_by, held.note) == ("Login API", "")
    assert server.asked[0][2]["X-FusionAuth-TenantId"] == TENANT


def test_a_202_gives_the_token_and_says_what_it_lacks(attempt: Callable[[Canned], Any]) -> None:
    assert "no audience" in attempt(as_json({"token": TOKEN}, 202)).note


@pytest.mark.parametrize(
    ("canned", "said"),
    [
        (as_json({"user": {}}), "issued no token"),
        (as_json({"token": 5}), "issued no token"),
        (Canned(200, b"nonsense"), "issued no token"),
        (as_json({"token": "a.b"}), "no JWT"),
        (as_json({"fieldErrors": {"loginId": [{"code": "c", "message": "Missing."}]}}, 400), "Missing."),
        (Canned(500, b""), "status 500"),
        (Canned(301, b"", headers={"location": "https://x"}), "Something other than FusionAuth"),
    ],
)
def test_a_login_that_ends_otherwise_is_told(attempt: Callable[[Canned], Any], canned: Canned, said: str) -> None:
    with pytest.raises(GatelightError, match=said):
        attempt(canned)


def test_a_key_just_made_is_tried_again_until_fusionauth_knows_it(
    server: Server, http_client: HttpClient, redactor: Redactor
) -> None:
    def answer(method: str, path: str) -> Canned:
        return Canned(401) if len(server.asked) < 3 else as_json({"token": TOKEN})

    server.answer = answer
    login = Login(server.url, Secret(KEY), APPLICATION, "x@example.com", Secret("password"), key_is_new=True)
    assert log_in(login, http_client, redactor, Cancellation()).secret.reveal() == TOKEN
    assert len(server.asked) == 3


def test_a_refused_key_can_be_cancelled_while_it_is_tried_again(
    server: Server, http_client: HttpClient, redactor: Redactor
) -> None:
    server.answer = lambda method, path: Canned(401)
    cancellation = Cancellation()
    cancellation.cancel()
    login = Login(server.url, Secret(KEY), APPLICATION, "x@example.com", Secret("password"), key_is_new=True)
    with pytest.raises(Interrupted):
        log_in(login, http_client, redactor, cancellation)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("documents", "source"),
    [
        ({}, "discovery document"),
        ({"openid": b"not json"}, "discovery document"),
        ({"openid": b'{"issuer": "i"}'}, "discovery document"),
        ({"openid": b'{"issuer": "i", "jwks_uri": "URL/jwks"}'}, "key set"),
        ({"openid": b'{"issuer": "i", "jwks_uri": "URL/jwks"}', "jwks": b"[]"}, "key set"),
        ({"openid": b'{"issuer": "i", "jwks_uri": "http://127.0.0.1:1/jwks"}'}, "key set"),
    ],
)
def test_an_issuer_that_cannot_be_read_says_at_which_document(
    server: Server, http_client: HttpClient, documents: dict[str, bytes], source: str
) -> None:
    def answer(method: str, path: str) -> Canned:
        body = next((body for name, body in documents.items() if name in path), None)
        return Canned(404) if body is None else Canned(200, body.replace(b"URL", server.url.encode()))

    server.answer = answer
    keys = read_issuer_keys(http_client, server.url)
    assert keys.failure is not None
    assert keys.failure.source.value == source
    assert keys.failure.detail
