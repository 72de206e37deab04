"""Whether a tunnel carries what AWS needs, seen from the public side, as AWS sees it."""

from urllib.parse import urlsplit

from services.errors import GatelightError, Unreachable
from services.gateway.issuer_keys import discovery_url
from services.http import HttpClient, Reply
from services.tunnel.ngrok.errors import at_edge
from services.tunnel.provider import Condition, Health

GATEWAY_SECONDS = 1.5  # API Gateway gives discovery and JWKS 1,500 ms each (AWS quotas for HTTP APIs)
_SECONDS = 6.0
_OFFLINE = "ERR_NGROK_3200"
_NOTHING_BEHIND = frozenset(("ERR_NGROK_8012", "ERR_NGROK_3004"))


def prove(http: HttpClient, public_url: str, issuer_path: str = "") -> Health:
    """Read the discovery document through the public URL, and the keys at the address it gives."""
    url = discovery_url(public_url + issuer_path)
    try:
        reply = http.send("GET", url, total_seconds=_SECONDS)
    except Unreachable as error:
        return Health(Condition.UNREACHABLE, error.message, error.fix)
    document = reply.json()
    if reply.status != 200 or not isinstance(document, dict):
        return _not_discovery(url, reply)
    if problem := _stray(public_url, document.get("jwks_uri")):
        return problem
    try:
        keys = http.send("GET", str(document["jwks_uri"]), total_seconds=_SECONDS)
    except GatelightError as error:
        return Health(Condition.WRONG_ANSWER, error.message, error.fix)
    content = keys.json()
    if keys.status != 200 or not isinstance(content, dict) or not isinstance(content.get("keys"), list):
        return _not_discovery(str(document["jwks_uri"]), keys)
    slowest = max(reply.seconds, keys.seconds)
    if slowest > GATEWAY_SECONDS:
        return Health(
            Condition.UP,
            f"Discovery took {slowest:.1f} s, and API Gateway waits 1.5 s: expect 401 now and then.",
            "Use a tunnel or a FusionAuth nearer to you.",
            slowest,
        )
    return Health(Condition.UP, f"Discovery and keys came through in {slowest * 1000:.0f} ms.", seconds=slowest)


def _not_discovery(url: str, reply: Reply) -> Health:
    code = reply.headers.get("ngrok-error-code", "")
    known = at_edge(code) if code else None
    if known is not None:
        condition = (
            Condition.OFFLINE
            if code == _OFFLINE
            else Condition.NO_FUSIONAUTH
            if code in _NOTHING_BEHIND
            else Condition.WRONG_ANSWER
        )
        return Health(condition, f"{code}: {known.meaning}", known.fix)
    if reply.status in (502, 503, 504):
        return Health(
            Condition.NO_FUSIONAUTH,
            f'"{url}" answered with status {reply.status}: nothing answers behind the tunnel.',
            "Start FusionAuth, or correct fusionauth.url in the profile.",
        )
    kind = reply.headers.get("content-type", "no content type")
    return Health(
        Condition.WRONG_ANSWER,
        f'"{url}" answered with status {reply.status} ({kind}) instead of a JSON document.',
        "AWS reads it without credentials: check what stands in front of FusionAuth.",
    )


def _stray(public_url: str, jwks_uri: object) -> Health | None:
    """What is wrong with the address of the keys: AWS goes where discovery sends it."""
    text = jwks_uri if isinstance(jwks_uri, str) else ""
    if text.startswith(public_url + "/"):
        return None
    wanted, found = urlsplit(public_url), urlsplit(text)
    if found.hostname == wanted.hostname and found.scheme == wanted.scheme:
        fix = "Let the tunnel or proxy send X-Forwarded-Port: 443; FusionAuth before 2024 adds its own port otherwise."
    else:
        fix = "Let the tunnel or proxy in front of FusionAuth send X-Forwarded-Proto and X-Forwarded-Host."
    sentence = f'The discovery document sends AWS to "{text}" for the keys, which is not below "{public_url}".'
    return Health(Condition.WRONG_ANSWER, sentence, fix)
