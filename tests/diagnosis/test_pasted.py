"""What people paste is recognised, and what the gateway would get of it is kept exactly."""

import json
from contextlib import suppress

import pytest

from services.diagnosis.pasted import LIMIT, read_pasted
from services.errors import ConfigurationError
from services.redact import Secret
from tests.gateway.signing import claims, jwks, rsa_key, sign
from tests.tokens.test_key_files import PRIVATE, SPKI

TOKEN = sign(claims("https://acme.com"))
URL = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/privateFunction"
ANSWER = (
    "HTTP/2 401 \r\ndate: Sun, 16 Jun 2024 21:00:16 GMT\r\ncontent-type: application/json\r\n"
    'www-authenticate: Bearer scope="" error="invalid_token" error_description="the token has expired"\r\n'
    'apigw-requestid: Aab-Bcd-Cdefg-h=\r\n\r\n{"message":"Unauthorized"}'
)
VERBOSE = f"""* Host a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com:443 was resolved.
*   Trying 3.121.0.1:443...
* SSL connection using TLSv1.3 / TLS_AES_128_GCM_SHA256 / x25519 / RSASSA-PSS
* ALPN: server accepted h2
> GET /privateFunction?x=1 HTTP/2
> Host: a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com
> user-agent: curl/8.5.0
> accept: */*
> authorization: bearer  {TOKEN}
> x-api-key: 0123456789
>\x20
< HTTP/2 401\x20
< date: Sun, 16 Jun 2024 21:00:16 GMT
< content-type: application/json
< www-authenticate: Bearer
< apigw-requestid: Aab=
<\x20
{{ [26 bytes data]
* Connection #0 to host a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com left intact
{{"message":"Unauthorized"}}"""


def presented(text: str) -> str | None:
    found = read_pasted(text).intake.presented
    return found.value.reveal() if found else None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (TOKEN, TOKEN),
        (TOKEN + "\n", TOKEN),
        (f"  {TOKEN}\r\n", TOKEN),
        (f'"{TOKEN}"', TOKEN),
        (f"'{TOKEN}',", TOKEN),
        (f"`{TOKEN}`", TOKEN),
        (f"Bearer {TOKEN}", f"Bearer {TOKEN}"),
        (f"bearer {TOKEN}", f"bearer {TOKEN}"),
        (f"Bearer  {TOKEN}", f"Bearer  {TOKEN}"),
        ("\n".join(TOKEN[i : i + 80] for i in range(0, len(TOKEN), 80)), TOKEN),
        ("Bearer " + "\n".join(TOKEN[i : i + 60] for i in range(0, len(TOKEN), 60)), f"Bearer {TOKEN}"),
        ("2YotnFZFEjr1zCsicMWpAA", "2YotnFZFEjr1zCsicMWpAA"),
        (f"Authorization: Bearer {TOKEN}", f"Bearer {TOKEN}"),
        (f"authorization:Bearer {TOKEN}", f"Bearer {TOKEN}"),
        (f"Authorization:  bearer   {TOKEN}  ", f"bearer   {TOKEN}"),
        (f'Authorization: "Bearer {TOKEN}"', f'"Bearer {TOKEN}"'),
        (f"Authorization: Bearer {TOKEN[:70]}\n{TOKEN[70:140]}\n{TOKEN[140:]}", f"Bearer {TOKEN}"),
        (f'{{"access_token":"{TOKEN}","token_type":"Bearer","expires_in":3600}}', TOKEN),
        (f'{{"id_token":"x.y.z","access_token":"{TOKEN}"}}', TOKEN),
        (f'{{"token":"{TOKEN}\\n","user":{{}}}}', TOKEN + "\n"),
        (f'{{"AuthenticationResult":{{"AccessToken":"{TOKEN}"}}}}', TOKEN),
        (f'fetch("{URL}", {{"headers": {{"authorization": "Bearer {TOKEN}"}}}});', f"Bearer {TOKEN}"),
    ],
)
def test_a_token_is_kept_as_the_gateway_would_get_it(text: str, value: str) -> None:
    assert presented(text) == value


@pytest.mark.parametrize(
    ("command", "value"),
    [
        (f"curl -H 'Authorization: Bearer {TOKEN}' {URL}", f"Bearer {TOKEN}"),
        (f'curl -H "Authorization: Bearer {TOKEN}" {URL}', f"Bearer {TOKEN}"),
        (f"curl -sSH'Authorization: Bearer {TOKEN}' {URL}", f"Bearer {TOKEN}"),
        (f"curl -i --header $'Authorization: Bearer {TOKEN}\\n' {URL}", f"Bearer {TOKEN}\n"),
        (f"curl $'\\x2dH' Authorization:\\ Bearer\\ {TOKEN} {URL}", f"Bearer {TOKEN}"),
        (f"$ curl {URL} \\\n  -H 'accept: */*' \\\n  -H 'authorization: bearer  {TOKEN}'", f"bearer  {TOKEN}"),
        (f"me@laptop:~/x$ curl {URL} \\ \n  -H 'Authorization: Bearer {TOKEN}'", f"Bearer {TOKEN}"),
        (f'curl ^"{URL}^" ^\r\n  -H ^"Authorization: Bearer {TOKEN}^"', f"Bearer {TOKEN}"),
        (f'curl.exe "{URL}" ^\r\n  -H "Authorization: Bearer {TOKEN}"', f"Bearer {TOKEN}"),
        (f'PS C:\\> curl.exe "{URL}" `\r\n  -H "Authorization: Bearer {TOKEN}"', f"Bearer {TOKEN}"),
        (f"curl --oauth2-bearer {TOKEN} {URL}", f"Bearer {TOKEN}"),
        (f"curl -u me:secret {URL}", "Basic bWU6c2VjcmV0"),
        (f"curl -u me:secret -H 'Authorization: {TOKEN}' {URL}", TOKEN),
        (f"curl -H 'Authorization: a' -H 'Authorization: b' {URL}", "a,b"),
        (f"curl -H 'Authorization: Bearer $TOKEN' {URL}", "Bearer $TOKEN"),
        (f'curl -H "Authorization: Bearer $TOKEN" {URL}', None),
        (f'curl -H "Authorization: Bearer $(gatelight token)" {URL}', None),
        (f"curl -H @headers.txt {URL}", None),
        (f"curl -H 'Authorization Bearer {TOKEN}' {URL}", ""),
        (f"curl {URL}", ""),
        (f"curl -H 'X-Token: {TOKEN}' {URL}", TOKEN),
        (f"curl '{URL}?a=1&access_token={TOKEN}'", TOKEN),
        (f"curl {URL}\n\n{TOKEN}", TOKEN),
        (f"  -H 'Authorization: Bearer {TOKEN}' \\\n", f"Bearer {TOKEN}"),
    ],
)
def test_a_curl_command_gives_the_header_it_would_send(command: str, value: str | None) -> None:
    assert presented(command) == value


@pytest.mark.parametrize(
    ("command", "method", "url"),
    [
        (f"curl {URL}", "GET", URL),
        (f"curl -X DELETE --url '{URL}'", "DELETE", URL),
        (f"curl -XPATCH {URL}", "PATCH", URL),
        (f"curl -d a=1 {URL} | jq .", "POST", URL),
        (f"curl -I {URL}", "HEAD", URL),
        (f"curl -T file {URL}", "PUT", URL),
        (f"curl -G -d a=1 -d b=2 '{URL}?c=3' > out.json", "GET", f"{URL}?c=3&a=1&b=2"),
        (f"curl '{URL}?a=1&b=%20' -o /dev/null; echo done", "GET", f"{URL}?a=1&b=%20"),
        (f"curl -w '%{{http_code}}' -m 5 {URL} 2>/dev/null", "GET", URL),
        ("curl a1.execute-api.us-east-1.amazonaws.com/x", "GET", "http://a1.execute-api.us-east-1.amazonaws.com/x"),
    ],
)
def test_a_curl_command_gives_its_address_and_method(command: str, method: str, url: str) -> None:
    found = read_pasted(command)

    assert (found.intake.method, found.intake.url) == (method, url)
    assert found.kinds == ("a curl command",)


def test_what_a_command_leaves_open_is_said() -> None:
    def notes(command: str) -> str:
        return " ".join(read_pasted(command).intake.notes)

    assert 'takes "Authorization" from $TOKEN' in notes(f'curl -H "Authorization: Bearer $TOKEN" {URL}')
    assert "from a command" in notes(f'curl -H "Authorization: Bearer $(cat token)" {URL}')
    assert 'headers from "headers.txt"' in notes(f"curl -H @headers.txt {URL}")
    assert "has no colon" in notes(f"curl -H 'Authorization Bearer {TOKEN}' {URL}")
    assert "never closed" in notes(f"curl {URL} -H 'Authorization: Bearer {TOKEN}")
    assert "no token after" in notes(f"curl {URL} -H 'Authorization: Bearer '")
    assert TOKEN not in notes(f"curl -H 'Authorization Bearer {TOKEN}' {URL}")


def test_where_a_request_carries_its_token_is_told() -> None:
    def place(text: str) -> str | None:
        found = read_pasted(text).intake.presented
        return found.place if found else None

    assert place(f"curl -H 'authorization: {TOKEN}' {URL}") == "$request.header.Authorization"
    assert place(f"curl {URL}") == "$request.header.Authorization"
    assert place(f"curl -H 'X-Token: Bearer {TOKEN}' {URL}") == "$request.header.X-Token"
    assert place(f"curl '{URL}?access_token={TOKEN}'") == "$request.querystring.access_token"
    assert place(TOKEN) == ""


def test_headers_that_may_be_credentials_are_secrets() -> None:
    found = read_pasted(f"curl -b 'session=1' -H 'X-Api-Key: k' -H 'X-Jwt: {TOKEN}' -H 'Accept: */*' {URL}").intake

    assert dict(found.headers) == {
        "Cookie": Secret("session=1"),
        "X-Api-Key": Secret("k"),
        "X-Jwt": Secret(TOKEN),
        "Accept": "*/*",
    }
    assert "session=1" not in repr(found)


def test_a_command_with_its_answer_gives_both() -> None:
    found = read_pasted(f"$ curl -si {URL} -H 'Authorization: Bearer {TOKEN}'\n{ANSWER}")

    assert found.kinds == ("a curl command", "an answer")
    assert found.intake.captured is not None
    assert (found.intake.captured.status, found.intake.captured.body) == (401, '{"message":"Unauthorized"}')
    assert dict(found.intake.captured.headers)["apigw-requestid"] == "Aab-Bcd-Cdefg-h="
    assert found.intake.url == URL


def test_verbose_output_gives_request_and_answer() -> None:
    found = read_pasted(VERBOSE).intake

    assert found.url == "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/privateFunction?x=1"
    assert found.presented is not None
    assert found.presented.value == Secret(f"bearer  {TOKEN}")
    assert found.headers == (("x-api-key", Secret("0123456789")),)
    assert found.captured is not None
    assert (found.captured.status, found.captured.body) == (401, '{"message":"Unauthorized"}')
    assert dict(found.captured.headers)["www-authenticate"] == "Bearer"


def test_only_the_last_answer_counts() -> None:
    text = "HTTP/1.1 200 Connection established\r\n\r\n" + ANSWER
    captured = read_pasted(text).intake.captured

    assert captured is not None
    assert captured.status == 401


@pytest.mark.parametrize(
    "line",
    [
        '{"requestId":"a","routeKey":"GET /x","status":"401","authorizerError":"invalid_token: the token has expired"}',
        '203.0.113.9 - - [16/Jun/2024:21:00:16 +0000] "GET /privateFunction HTTP/1.1" 401 26 Aab=',
        "Aab= 401 invalid_token: the token does not have a valid audience",
    ],
)
def test_an_access_log_line_is_known(line: str) -> None:
    found = read_pasted(line + "\n")

    assert found.kinds == ("an access log line",)
    assert found.intake.log_line == line


def test_keys_are_read_wherever_they_stand() -> None:
    assert list(read_pasted(json.dumps(jwks())).intake.keys.by_kid)  # type: ignore[union-attr]
    mixed = read_pasted(f"{URL}\n{SPKI.decode()}\nAuthorization: Bearer {TOKEN}\n")

    assert mixed.kinds == ("keys", "an Authorization header", "an address")
    assert mixed.intake.keys is not None
    assert mixed.intake.keys.unnamed[0].public_numbers() == rsa_key().public_key().public_numbers()


def test_a_private_key_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigurationError, match="private key") as refused:
        read_pasted(f"{TOKEN}\n{PRIVATE.decode()}")

    assert PRIVATE.decode().splitlines()[1] not in refused.value.message + refused.value.fix


@pytest.mark.parametrize("text", ["", "\n\n", "hello there", "{}", '{"message":"Unauthorized"}', "curly", "[/bold]"])
def test_what_is_not_known_is_said_to_be_unknown(text: str) -> None:
    with pytest.raises(ConfigurationError, match="Nothing in what was given"):
        read_pasted(text)


HOSTILE = (
    *("x" * 300_000, "curl " + "'" * 300_000, "a." * 150_000, "\n" * 300_000, "> " * 133_000, "{" * 300_000),
    *("eyJ" * 100_000, "curl " + "$(" * 133_000, "Authorization: " * 20_000, "-----BEGIN A-----" * 16_000),
    *("`" * 300_000 + "\n", "curl \\\n" * 40_000, 'authorization="' * 20_000, " " * 300_000 + "curl x"),
    *("\n".join(["Aa0_-" * 4] * 13_000), "curl " + "-H a: " * 50_000, "< HTTP/2 401\n" * 20_000),
)


@pytest.mark.timeout(40)  # reading that grows with the square of the length would take minutes
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:6])
def test_hostile_text_is_read_in_bounded_time(text: str) -> None:
    with suppress(ConfigurationError):
        read_pasted(text)


def test_too_much_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="longer than"):
        read_pasted("x" * (LIMIT + 1))
