"""The parameters of an OAuth request: from the query, or form-encoded in the body."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from services.sandbox.fusionauth.call import read_content
from services.sandbox.fusionauth.oauth.errors import invalid_request

FORM = "application/x-www-form-urlencoded"
MAXIMUM_FIELDS = 100

Parameters = Mapping[str, str]


def from_query(request: Request) -> Parameters:
    """The parameters in the query. An empty one is as good as none; one that is repeated counts once, the first."""
    return _first(request.query_params.multi_items())


async def from_form(request: Request) -> Parameters:
    """The parameters in the body. Raises `OAuthRefused` (400) for anything but a form, 413 over a megabyte."""
    content = await read_content(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content and kind != FORM:
        raise invalid_request("unknown", f"The Content-Type [{kind}] is not supported. Send {FORM}.")
    try:
        return _first(parse_qsl(content.decode(), max_num_fields=MAXIMUM_FIELDS))
    except ValueError:
        raise invalid_request("unknown", "The body is not form-encoded.") from None


def _first(pairs: Iterable[tuple[str, str]]) -> Parameters:
    found: dict[str, str] = {}
    for name, value in pairs:
        if value:
            found.setdefault(name, value)
    return found
