"""The door of the sandbox's AWS: an ASGI app in front of MiniStack that lets in what belongs here and nothing else.

MiniStack itself asks nobody for anything: any web page could create and run a function through it. The guard takes
requests from this machine's own programs with the sandbox's access key only, for the services the sandbox offers. It
adds refusals AWS makes and MiniStack does not (rules.py), runs functions in our own workers, and makes the addresses in
the answers ones that work here.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from services.sandbox.aws.admission import admit
from services.sandbox.aws.api_ids import with_api_id, without_api_id
from services.sandbox.aws.authorizers_cache import authorizers_cache_reset
from services.sandbox.aws.completions import complete
from services.sandbox.aws.control_plane import MiniStackControlPlane
from services.sandbox.aws.deployments import deploy, with_deployments
from services.sandbox.aws.exports import api_export
from services.sandbox.aws.invoke import invocation
from services.sandbox.aws.ministack import ApiAnswer
from services.sandbox.aws.paging import with_page
from services.sandbox.aws.readiness import with_readiness
from services.sandbox.aws.request import AwsRequest, Refusal
from services.sandbox.aws.rewrite import with_local_addresses
from services.sandbox.aws.rules import Probe, check
from services.sandbox.aws.signature import check_signature
from services.sandbox.aws.tagged import with_tagged
from services.sandbox.aws.writes import after_write

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_READS_LOGS = frozenset({"logs", "cloudformation", "tagging"})  # to these a log group that nobody read yet is there

MAXIMUM_BODY = 96 * 1024 * 1024
"""Enough for Lambda's 50 MB package in base64, with room."""


def create_app(
    plane: MiniStackControlPlane, *, probe: Probe, forget_keys: Callable[[str], None] = lambda _issuer: None
) -> AsgiApp:
    """The guard over a started control plane.

    `probe` contacts an issuer and raises when it cannot be used; `forget_keys` makes the gateway fetch an issuer's keys
    anew.
    """
    port = urlsplit(plane.endpoint.endpoint_url).port
    hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})

    async def guard(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _respond(send, await _answer(scope, receive))

    async def _answer(scope: MutableMapping[str, Any], receive: Receive) -> ApiAnswer:
        try:
            request = admit(scope, hosts, plane.access_keys)
        except Refusal as refusal:
            return refusal.answer(getattr(refusal, "service", ""))
        try:
            request = await _with_body(request, receive)
            _check_signature(scope, request)
            return await _serve(request)
        except Refusal as refusal:
            return refusal.answer(request.service)

    def _check_signature(scope: MutableMapping[str, Any], request: AwsRequest) -> None:
        raw_path = scope.get("raw_path") or request.path.encode()
        secret = plane.access_keys[request.credential.access_key_id]
        check_signature(request.method, raw_path, request.query, scope["headers"], request.body, secret)

    async def _serve(request: AwsRequest) -> ApiAnswer:
        await plane.authority.check(request)
        plane.use_region(request.region)
        answer = (
            plane.authority.answer(request)
            or await invocation(plane, request)
            or await authorizers_cache_reset(plane, request, forget_keys)
            or await api_export(plane, request)
        )
        if answer:
            return answer
        await check(plane, probe, request)
        if request.service in _READS_LOGS:
            await plane.logs.flush()
        request = with_api_id(request)
        answer = await plane.ministack.request(
            request.method, request.path, query=request.query, headers=request.headers, body=request.body
        )
        if answer.ok:
            await complete(plane.ministack, request, answer)
            await deploy(plane.ministack, request, answer)
        after_write(plane, request, answer)
        answer = without_api_id(request, with_readiness(plane, request, answer))
        answer = with_page(request, with_deployments(request, answer))
        answer = await with_tagged(plane.ministack, request, answer)
        return await with_local_addresses(plane, request, answer)

    return guard


async def _with_body(request: AwsRequest, receive: Receive) -> AwsRequest:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAXIMUM_BODY:
            raise Refusal(413, "RequestEntityTooLargeException", f"Request must be smaller than {MAXIMUM_BODY} bytes")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            break
    return AwsRequest(request.method, request.path, request.query, request.headers, request.credential, bytes(body))


async def _respond(send: Send, answer: ApiAnswer) -> None:
    headers = [
        (name, value)
        for name, value in answer.headers
        if name.lower() not in {b"content-length", b"transfer-encoding", b"date"}
        and not name.lower().startswith(b"access-control-")
    ]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
