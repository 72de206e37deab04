"""Lambda's Invoke operation over the function engine (Lambda API reference, "Invoke")."""

import base64
import re
import uuid
from urllib.parse import parse_qs, unquote

import msgspec

from services.sandbox.aws.control_plane import MiniStackControlPlane
from services.sandbox.aws.functions import FunctionReference
from services.sandbox.aws.ministack import ApiAnswer
from services.sandbox.aws.request import AwsRequest, Refusal
from services.sandbox.function.model import FunctionBusy

_PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations/?")
MAXIMUM_EVENT = 6 * 1024 * 1024
"""The largest event of a synchronous invocation (AWS Lambda quotas)."""
_TAIL_BYTES = 4096
_JSON = msgspec.json.Decoder(msgspec.Raw)


async def invocation(plane: MiniStackControlPlane, request: AwsRequest) -> ApiAnswer | None:
    """The answer to an Invoke request; None when the request is another one."""
    match = _PATH.fullmatch(request.path) if request.service == "lambda" and request.method == "POST" else None
    if not match:
        return None
    qualifier = parse_qs(request.query.decode("latin-1")).get("Qualifier", [""])[0]
    name = unquote(match[1])
    kind = request.header(b"x-amz-invocation-type") or "RequestResponse"
    event = _event(request)
    try:
        reference = FunctionReference.parse(name, request.region, qualifier)
        function = await plane.function(reference)
        if kind == "DryRun":
            return ApiAnswer(204, (), b"")
        if kind == "Event":
            plane.invoke_later(reference, event)
            return ApiAnswer(202, ((b"x-amzn-requestid", str(uuid.uuid4()).encode()),), b"")
        result = await plane.run(reference, event)
    except LookupError:
        arn = (
            name
            if name.startswith("arn:")
            else f"arn:aws:lambda:{request.region}:{plane.endpoint.account_id}:function:{name}"
        )
        raise Refusal(404, "ResourceNotFoundException", f"Function not found: {arn}") from None
    except FunctionBusy:
        raise Refusal(429, "TooManyRequestsException", "Rate Exceeded.") from None
    headers = [
        (b"content-type", b"application/json"),
        (b"x-amzn-requestid", result.request_id.encode()),
        (b"x-amz-executed-version", function.version.encode()),
    ]
    if result.function_error:
        headers.append((b"x-amz-function-error", result.function_error.encode()))
    if request.header(b"x-amz-log-type") == "Tail":
        tail = "\n".join((*result.log, "")).encode()[-_TAIL_BYTES:]
        headers.append((b"x-amz-log-result", base64.b64encode(tail)))
    return ApiAnswer(200, tuple(headers), result.payload)


def _event(request: AwsRequest) -> bytes:
    if len(request.body) > MAXIMUM_EVENT:
        message = (
            f"{len(request.body)} byte payload is too large for the RequestResponse invocation type "
            f"(limit {MAXIMUM_EVENT} bytes)"
        )
        raise Refusal(413, "RequestTooLargeException", message)
    if not request.body:
        return b"{}"
    try:
        _JSON.decode(request.body)
    except msgspec.MsgspecError as problem:
        raise Refusal(
            400, "InvalidRequestContentException", f"Could not parse request body into json: {problem}"
        ) from None
    return request.body
