"""The sandbox's HTTP API data plane as an ASGI application: `/API_ID/path` answered as API Gateway answers it.

The order is API Gateway's: stage, CORS preflight, route, throttling, authorizer, permission to invoke, integration.
A request must name a loopback host, so that a web page cannot reach it through a name it lets point here.
"""

import logging
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from services.aws.arns import execute_api_arn
from services.gateway.authorizer import Accepted
from services.sandbox.aws.snapshot import ControlPlane, Route, Stage
from services.sandbox.gateway import access_log
from services.sandbox.gateway import answer as answers
from services.sandbox.gateway.access_log import Entry
from services.sandbox.gateway.answer import Answer, internal_error
from services.sandbox.gateway.authorization import Authorization
from services.sandbox.gateway.body import BodyRefused, Receive, has_body, read_body
from services.sandbox.gateway.configuration import Configuration
from services.sandbox.gateway.cors import is_preflight, preflight, with_cors
from services.sandbox.gateway.event import Call, encode_event
from services.sandbox.gateway.issuers import IssuerFetcher
from services.sandbox.gateway.request import ASGIScope, Request, header_size, read_request
from services.sandbox.gateway.response import to_answer
from services.sandbox.gateway.routing import Match, RouteTable
from services.sandbox.gateway.throttle import Throttles

Send = Callable[[dict[str, Any]], Awaitable[None]]
ASGIApp = Callable[[ASGIScope, Receive, Send], Awaitable[None]]

HEADER_LIMIT = 10_240
_LOOPBACK_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?", re.IGNORECASE)
_NO_PERMISSION = (
    "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. "
    "Check the permissions and try again."
)
_NO_ROUTE = Match(Route("", "", ""), {})
_logger = logging.getLogger(__name__)


def create_app(control_plane: ControlPlane, fetcher: IssuerFetcher, *, now: Callable[[], float] = time.time) -> ASGIApp:
    """The data plane over what `control_plane` holds; `now` gives seconds since the epoch."""
    return Gateway(control_plane, fetcher, now)


@dataclass(slots=True)
class _Handling:
    """What becomes known of a request on its way, for the access log."""

    table: RouteTable
    stage: Stage
    match: Match = _NO_ROUTE
    accepted: Accepted | None = None


class Gateway:
    """The ASGI application, with what it remembers between requests: configuration, throttles, pending log lines."""

    def __init__(self, control_plane: ControlPlane, fetcher: IssuerFetcher, now: Callable[[], float]) -> None:
        self._control_plane = control_plane
        self._now = now
        self._configuration = Configuration(control_plane, fetcher)
        self._authorization = Authorization(fetcher, now)
        self._throttles: dict[str, Throttles] = {}

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; other protocols are not served."""
        if scope["type"] != "http":
            return
        request = read_request(scope, self._now())
        try:
            answer = await self._answer(request, scope, receive)
        except Exception:  # the border of the server: a caller gets AWS's 500, never a broken connection
            _logger.exception("the gateway failed on %s %s", request.method, request.path)
            answer = internal_error("The sandbox's gateway failed.")
        await _send(answer, request, send)

    async def _answer(self, request: Request, scope: ASGIScope, receive: Receive) -> Answer:
        if not _LOOPBACK_HOST.fullmatch(request.header("host")):
            return answers.FORBIDDEN.noted("the sandbox is reached as 127.0.0.1 or localhost only")
        if header_size(scope) > HEADER_LIMIT:
            return answers.HEADERS_TOO_LARGE
        table = self._configuration.known_table(request.api_id) or await self._configuration.table(request.api_id)
        stage, path = table.stage(request.path) if table else (None, "")
        if table is None or stage is None or table.api.endpoint_disabled:
            return answers.NOT_FOUND
        handling = _Handling(table, stage)
        started = time.perf_counter()
        cors = table.api.cors
        if cors and is_preflight(request):
            answer = preflight(request, cors)
        else:
            answer = await self._route(handling, request, path, receive)
            answer = with_cors(answer, request, cors) if cors else answer
        if stage.access_log:
            call = Call(request, table.api, stage, handling.match, handling.accepted, b"")
            access_log.write(self._control_plane, stage.access_log, Entry(call, answer, time.perf_counter() - started))
        return answer

    async def _route(self, handling: _Handling, request: Request, path: str, receive: Receive) -> Answer:
        table, stage = handling.table, handling.stage
        match = table.match(request.method, path)
        if match is None:
            return answers.NOT_FOUND
        handling.match = match
        throttles = self._throttles.setdefault(table.api.api_id, Throttles())
        if not throttles.admits(stage, match.route.route_key, self._now()):
            return answers.TOO_MANY_REQUESTS
        checked = await self._authorization.check(request, match.route, table)
        if isinstance(checked, Answer):
            return checked
        handling.accepted = checked
        try:
            body = await read_body(receive) if has_body(request) else b""
        except BodyRefused as error:
            return error.answer
        return await self._integrate(Call(request, table.api, stage, match, checked, body), table)

    async def _integrate(self, call: Call, table: RouteTable) -> Answer:
        integration = table.integrations.get(call.match.route.integration_id)
        if integration is None or not integration.function_arn:
            return internal_error("The route has no integration with a Lambda function.")
        arn, source = integration.function_arn, source_arn(call)
        allowed = self._configuration.known_to_invoke(arn, source) or await self._configuration.may_invoke(arn, source)
        if not allowed:
            return internal_error(_NO_PERMISSION)
        version = integration.payload_format_version
        started = time.perf_counter()
        event, seconds = encode_event(call, version), integration.timeout_milliseconds / 1000
        try:
            invocation = await self._control_plane.invoke(arn, event, seconds)
        except TimeoutError:
            return answers.TIMED_OUT
        except LookupError:
            return internal_error("The Lambda function does not exist.")
        return replace(to_answer(invocation, version), integration_seconds=time.perf_counter() - started)


def source_arn(call: Call) -> str:
    """The ARN a function's resource policy is checked against: API, stage, method and the route's path."""
    api = f"arn:aws:execute-api:{call.api.region}:{call.api.account_id}:{call.api.api_id}"
    return execute_api_arn(api, call.stage.name, call.request.method, call.match.route.route_key)


async def _send(answer: Answer, request: Request, send: Send) -> None:
    headers = [*answer.headers, (b"apigw-requestid", request.request_id.encode("ascii"))]
    bodiless = answer.status in (204, 304)
    if not bodiless:  # second, after the content type, as AWS orders them
        headers.insert(1, (b"content-length", str(len(answer.body)).encode("ascii")))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bodiless else answer.body})
