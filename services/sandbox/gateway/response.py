"""From what the function returned to what the caller gets: format inference as in the developer guide.

Payload format 2.0 lets a function return any JSON: without `statusCode` it becomes the body of a 200. Format 1.0 must
return the full shape. What does not fit is a 500, as documented for malformed responses.
"""

import base64
import json
import re
from functools import lru_cache
from typing import Any

import msgspec

from services.sandbox.aws.snapshot import Invocation
from services.sandbox.gateway.answer import Answer, Header, internal_error

_MALFORMED = "The response from the Lambda function doesn't match the format that API Gateway expects."
_FAILED = "The Lambda function returned an error: {error}."
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
_OWN = frozenset(
    {b"connection", b"content-length", b"transfer-encoding", b"keep-alive", b"upgrade", b"apigw-requestid"}
)
_JSON = ((b"content-type", b"application/json"),)


class _Malformed(Exception):
    """The function's return value has not the shape the payload format asks for."""


def to_answer(invocation: Invocation, payload_format_version: str) -> Answer:
    """The answer to a finished invocation."""
    if invocation.function_error:
        return internal_error(_FAILED.format(error=invocation.function_error))
    try:
        result = _parsed(invocation.payload)
        if isinstance(result, dict) and "statusCode" in result:
            return _shaped(result, payload_format_version)
        if payload_format_version == "1.0":
            raise _Malformed
        body = result.encode("utf-8", "replace") if isinstance(result, str) else bytes(invocation.payload)
    except (_Malformed, ValueError, RecursionError):
        return internal_error(_MALFORMED)
    return Answer(200, _JSON, body, integration_status=200)


def _parsed(payload: bytes) -> Any:
    try:
        return msgspec.json.decode(payload)
    except (ValueError, RecursionError):  # half a surrogate pair, which JSON.stringify lets pass
        return json.loads(payload)


def _shaped(result: dict[str, Any], version: str) -> Answer:
    status = result["statusCode"]
    if type(status) is not int or not 200 <= status <= 599:
        raise _Malformed
    headers = list(_headers(result.get("headers"), result.get("multiValueHeaders") if version == "1.0" else None))
    if not any(name == b"content-type" for name, _ in headers):
        headers.insert(0, (b"content-type", b"text/plain;charset=UTF-8"))
    if version != "1.0":
        headers += [(b"set-cookie", _header_value(cookie)) for cookie in _typed(result.get("cookies"), list)]
    body = _typed(result.get("body"), str)
    data = (
        base64.b64decode(body, validate=True)
        if result.get("isBase64Encoded") is True
        else body.encode("utf-8", "replace")
    )
    return Answer(status, tuple(headers), data, integration_status=status)


def _headers(single: object, multiple: object) -> list[Header]:
    many: dict[str, list[Any]] = _typed(multiple, dict)
    pairs = [(name, value) for name, value in _typed(single, dict).items() if name not in many]
    pairs += [(name, value) for name, values in many.items() for value in _typed(values, list)]
    return [(name, _header_value(value)) for text, value in pairs if (name := _header_name(text)) not in _OWN]


def _header_value(value: object) -> bytes:
    """A header's value. One that could not stand on one line is malformed, not sent."""
    if isinstance(value, (bool, int, float)):
        value = json.dumps(value)
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise _Malformed
    return value.encode("utf-8")


@lru_cache(maxsize=256)
def _header_name(name: str) -> bytes:
    if not _NAME.fullmatch(name):
        raise _Malformed
    return name.lower().encode("ascii")


def _typed(value: object, kind: type[Any]) -> Any:
    """`value` if it is of that type, an empty one for null; anything else is malformed."""
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise _Malformed
    return value
