"""What the HTTP client must and must not do where tokens are at stake."""

from services.exchange import collecting
from services.http import HttpClient
from services.redact import Redactor, Secret
from tests.core.conftest import Canned, Server


def test_no_cookie_is_kept(server: Server) -> None:
    server.answer = lambda method, path: Canned(200, b"{}", headers={"Set-Cookie": "refresh_token=old; Path=/"})
    http = HttpClient(Redactor())
    for _ in range(2):
        http.send("GET", server.url)
    assert all("cookie" not in {name.lower() for name in headers} for _, _, headers in server.asked)


def test_a_forms_secrets_are_sent_and_masked(server: Server) -> None:
    http = HttpClient(Redactor())
    with collecting() as exchanges:
        http.send("POST", server.url, form={"code": Secret("a+b/ c&d"), "grant_type": "authorization_code"})
    assert server.asked[0][2]["Content-Type"] == "application/x-www-form-urlencoded"
    shown = str(exchanges[0].request_body)
    assert shown == "code=••••••••&grant_type=authorization_code"
    assert exchanges[0].request_body.reveal() == "code=a%2Bb%2F+c%26d&grant_type=authorization_code"
