"""The sandbox's AWS: MiniStack's API, our function engine, and what the gateway's data plane wants to know of them.

How the sandbox puts it together:

    plane = MiniStackControlPlane(folder=folder, endpoint=aws_endpoint, gateway_url="http://127.0.0.1:PORT")
    await plane.start()                                  # imports MiniStack in a thread (0.1 to 0.3 s)
    aws_app = guard.create_app(plane, probe=fetcher.probe)   # ASGI, for the socket of aws_endpoint's port
    gateway_app = gateway.create_app(plane, ...)         # the plane is a snapshot.ControlPlane
    ...
    await plane.close()                                  # within a moment; no worker is left

`folder` is private to the sandbox and removed by whoever made it. All calls are made on one event loop.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from services.aws.policy import allows
from services.sandbox.aws.authority import Authority
from services.sandbox.aws.environment import import_ministack
from services.sandbox.aws.functions import FunctionReference, deployed_function
from services.sandbox.aws.log_writer import LogWriter
from services.sandbox.aws.ministack import MiniStack
from services.sandbox.aws.read_api import read_api
from services.sandbox.aws.snapshot import Api, Invocation
from services.sandbox.endpoints import AwsEndpoint
from services.sandbox.function.engine import FunctionEngine
from services.sandbox.function.model import DeployedFunction, FunctionBusy, FunctionResult, InvocationLog
from services.sandbox.function.node import node_executable

STACK_POLL_SECONDS = 0.05
STACK_LIMIT_SECONDS = 600.0
MAXIMUM_CACHED = 1000
_THROTTLED = b'{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}'
Value = TypeVar("Value")


class MiniStackControlPlane:
    """Implements snapshot.ControlPlane over MiniStack and runs its functions in our engine."""

    def __init__(self, *, folder: Path, endpoint: AwsEndpoint, gateway_url: str, settle_seconds: float = 0.0) -> None:
        """`settle_seconds` is how long the gateway goes on with what it knows after a write."""
        self.endpoint = endpoint
        self.gateway_url = gateway_url.rstrip("/")
        self.ministack = MiniStack(urlsplit(endpoint.endpoint_url).netloc, endpoint.access_key_id)
        self.logs = LogWriter(self.ministack)
        self.engine = FunctionEngine(folder, log=self._log_invocation)
        self.access_keys = {endpoint.access_key_id: endpoint.secret_access_key}
        self.authority = Authority(self.ministack, account=endpoint.account_id, access_key_id=endpoint.access_key_id)
        self._folder = folder
        self._generation = 0
        self._settle_seconds = settle_seconds
        self._touched = float("-inf")
        self._regions = [endpoint.region]
        self._cached_generation = -1
        self._cache: dict[tuple[str, ...], asyncio.Task[Any]] = {}
        self._functions_generation = -1
        self._functions: dict[str, DeployedFunction] = {}
        self._code: dict[str, bytes] = {}
        self._log_stream = secrets.token_hex(16)
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Bring MiniStack up, empty. Its own start-up is left out on purpose: it runs the scripts it finds in the
        machine's folders, sweeps Docker and opens further ports. Raises ConfigurationError when Node is missing."""
        node_executable()
        await asyncio.to_thread(self._bring_up)

    async def close(self) -> None:
        """End the function workers and everything in the background."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, self.engine.close(), return_exceptions=True)

    @property
    def generation(self) -> int:
        """Counts the writes the guard let through."""
        return self._generation

    def touch(self) -> None:
        """Something was written: snapshots are stale."""
        self._generation += 1
        self._touched = time.monotonic()

    @property
    def settled(self) -> bool:
        """Whether the last write is as long ago as a change takes to reach the gateway."""
        return time.monotonic() - self._touched >= self._settle_seconds

    def use_region(self, region: str) -> None:
        """Remember a region somebody works in; its APIs are reachable from then on."""
        if region not in self._regions:
            self._regions.append(region)

    async def api(self, api_id: str) -> Api | None:
        """The API of that id in any region used so far, read afresh after every write."""
        return await self._cached(("api", api_id), lambda: self._find_api(api_id))

    async def may_invoke(self, function_arn: str, source_arn: str) -> bool:
        """Whether the function's resource policy lets API Gateway invoke it for that source ARN."""
        policy = await self._cached(("policy", function_arn), lambda: self._policy(function_arn))
        return allows(
            policy,
            service="apigateway.amazonaws.com",
            action="lambda:InvokeFunction",
            resource=function_arn,
            context={"aws:SourceArn": source_arn, "aws:SourceAccount": self.endpoint.account_id},
        )

    async def invoke(self, function_arn: str, event: bytes, seconds: float) -> Invocation:
        """Run the function with the event. Raises LookupError when the function does not exist, TimeoutError when it
        takes longer than `seconds`.

        When every worker stays busy the outcome is Lambda's throttling error.
        """
        function = self._known_function(function_arn)
        if function is None:
            generation = self._generation
            function = await self.function(FunctionReference.parse(function_arn, self.endpoint.region))
            if generation == self._generation:
                self._functions[function_arn] = function
        try:
            result = await self.engine.invoke(function, event, seconds=seconds)
        except FunctionBusy:
            return Invocation(_THROTTLED, "Unhandled")
        return Invocation(result.payload, result.function_error, result.seconds)

    def _known_function(self, function_arn: str) -> DeployedFunction | None:
        if self._functions_generation != self._generation or len(self._functions) > MAXIMUM_CACHED:
            self._functions.clear()
            self._functions_generation = self._generation
        return self._functions.get(function_arn)

    def log(self, group: str, region: str, line: str) -> None:
        """Append a line to a log group, for whoever reads there."""
        self.logs.write(region, group, self._log_stream, lambda: (line,))

    async def function(self, reference: FunctionReference) -> DeployedFunction:
        """The function as it is deployed now. Raises LookupError when there is none."""
        function = await self._cached(
            ("function", *reference.key), lambda: deployed_function(self.ministack, reference, self._code)
        )
        if function is None:
            raise LookupError(reference.name)
        return function

    async def run(self, reference: FunctionReference, event: bytes) -> FunctionResult:
        """Invoke for the Lambda API. Raises LookupError and FunctionBusy."""
        return await self.engine.invoke(await self.function(reference), event)

    def invoke_later(self, reference: FunctionReference, event: bytes) -> None:
        """Invoke without waiting for the outcome."""
        self._background(self._run_quietly(reference, event))

    def warm(self, reference: FunctionReference) -> None:
        """Have a worker ready before anybody invokes the function."""
        self._background(self._warm(reference))

    def watch_stacks(self, region: str) -> None:
        """A CloudFormation stack is being worked on: keep snapshots fresh until it is done."""
        self._background(self._watch_stacks(region))

    def _bring_up(self) -> None:
        used_before = import_ministack(self._folder, self.endpoint)
        asyncio.run(self._first_calls(used_before))

    async def _first_calls(self, used_before: bool) -> None:
        """MiniStack loads a service at its first call, which would hold up the event loop in the middle of the work."""
        if used_before:
            await self.ministack.request("POST", "/_ministack/reset")
        region = self.endpoint.region
        await self.ministack.call_query("sts", region, "GetCallerIdentity")
        await self.ministack.call_query("iam", region, "ListRoles")
        await self.ministack.call("lambda", region, "GET", "/2015-03-31/functions")
        await self.ministack.call("apigateway", region, "GET", "/v2/apis")
        await self.ministack.call_json("logs", region, "Logs_20140328.DescribeLogGroups", {})

    async def _cached(self, key: tuple[str, ...], read: Callable[[], Awaitable[Value]]) -> Value:
        if self._cached_generation != self._generation or len(self._cache) > MAXIMUM_CACHED:
            self._cache.clear()
            self._cached_generation = self._generation
        task = self._cache.get(key)
        if task is None:
            task = self._cache[key] = asyncio.ensure_future(read())
        value: Value = task.result() if task.done() else await asyncio.shield(task)
        return value

    async def _find_api(self, api_id: str) -> Api | None:
        for region in self._regions:
            if api := await read_api(self.ministack, api_id, region, self.endpoint.account_id):
                return api
        return None

    async def _policy(self, function_arn: str) -> dict[str, Any]:
        reference = FunctionReference.parse(function_arn, self.endpoint.region)
        answer = await self.ministack.call("lambda", reference.region, "GET", f"{reference.path}/policy")
        policy: dict[str, Any] = json.loads(answer.json().get("Policy", "{}")) if answer.ok else {}
        return policy

    async def _run_quietly(self, reference: FunctionReference, event: bytes) -> None:
        await self.run(reference, event)

    async def _warm(self, reference: FunctionReference) -> None:
        await self.engine.warm(await self.function(reference))

    async def _watch_stacks(self, region: str) -> None:
        async with asyncio.timeout(STACK_LIMIT_SECONDS):
            while True:
                answer = await self.ministack.call_query("cloudformation", region, "DescribeStacks")
                self.touch()
                if b"_IN_PROGRESS</StackStatus>" not in answer.body:
                    break
                await asyncio.sleep(STACK_POLL_SECONDS)
        functions = await self.ministack.call("lambda", region, "GET", "/2015-03-31/functions")
        for item in functions.json().get("Functions", []):
            await self._warm(FunctionReference.parse(item["FunctionArn"], region))

    def _log_invocation(self, function: DeployedFunction, stream: str, log: InvocationLog) -> None:
        self.logs.write(function.region, function.log_group, stream, log.lines)

    def _background(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._settled)

    def _settled(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # a function deleted meanwhile, a handler that cannot be loaded: the next invocation tells
