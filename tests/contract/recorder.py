"""Writes down every request of our client and every response of the sandbox's FusionAuth, in whichever process.

It hangs itself onto the two modules when they are imported, so neither has a word about it. A process that tests start
does so from child/sitecustomize.py. It needs the standard library only: the programs under test import nothing more.
"""

import functools
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

FOLDER = "CONTRACT_RECORDS"  # the environment variable that names the folder to write to
CHILD = Path(__file__).parent / "child"

Sink = Callable[[dict[str, Any]], None]
Hook = Callable[[ModuleType], None]
GATEWAY, PROBE = "gateway", "probe"
_purpose: ContextVar[str] = ContextVar("purpose", default="")


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """What a child process needs in its environment to write down what it says; nothing where nothing is recorded."""
    if FOLDER not in variables:
        return {}
    path = [str(CHILD), *filter(None, variables.get("PYTHONPATH", "").split(os.pathsep))]
    return {FOLDER: variables[FOLDER], "PYTHONPATH": os.pathsep.join(dict.fromkeys(path))}


def file_sink(folder: str) -> Sink:
    """Appends to a file of this process's own, one line each, whole or not at all."""
    descriptors: dict[int, int] = {}

    def write(exchange: dict[str, Any]) -> None:
        process = os.getpid()  # a fork writes to a file of its own
        if process not in descriptors:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            descriptors[process] = os.open(f"{folder}/{process}.jsonl", flags, 0o600)
        os.write(descriptors[process], json.dumps(exchange).encode() + b"\n")

    return write


def install(sink: Sink) -> None:
    """From now on tell `sink` of every exchange in this process."""
    hooks: dict[str, Hook] = {
        "services.http": lambda module: _record_requests(module, sink),
        "services.fusionauth.client": _mark_probes,
        "services.gateway.call": _mark_gateway,
        "services.tokens.code_flow": lambda module: _record_authorize_urls(module, sink),
        "services.sandbox.fusionauth.app": lambda module: _record_responses(module, sink),
    }
    for name, hook in hooks.items():
        if name in sys.modules:
            hook(sys.modules[name])
    sys.meta_path.insert(0, _Finder(hooks))


class _Finder(importlib.abc.MetaPathFinder):
    """Finds modules as they would be found without it, and runs a hook after a module of ours was executed."""

    def __init__(self, hooks: Mapping[str, Hook]) -> None:
        self._hooks = hooks

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> Any:
        hook = self._hooks.get(fullname)
        if hook is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def execute_and_hook(module: ModuleType) -> None:
            execute(module)
            hook(module)

        spec.loader.exec_module = execute_and_hook  # type: ignore[method-assign]
        return spec


def _record_requests(module: ModuleType, sink: Sink) -> None:
    send = module.HttpClient.send

    @functools.wraps(send)
    def recorded(self: Any, method: str, url: str, **options: Any) -> Any:
        request = None if _purpose.get() == GATEWAY else _request(method, url, options)
        try:
            return send(self, method, url, **options)
        except module.ConfigurationError:  # it was not sent
            request = None
            raise
        finally:
            if request:
                sink(request)

    module.HttpClient.send = recorded


def _request(method: str, url: str, options: Mapping[str, Any]) -> dict[str, Any]:
    headers = {name.lower(): _open(value) for name, value in (options.get("headers") or {}).items()}
    body = ""
    if options.get("json_body") is not None:
        headers["content-type"], body = "application/json", json.dumps(options["json_body"])
    elif options.get("form") is not None:
        headers["content-type"] = "application/x-www-form-urlencoded"
        body = urlencode({name: _open(value) for name, value in options["form"].items()})
    said = {"type": "request", "method": method, "url": url, "headers": list(headers.items()), "body": body}
    return said | {"impossible": _purpose.get() == PROBE}


def _open(value: Any) -> str:
    return str(value.reveal()) if hasattr(value, "reveal") else str(value)


def _meant(purpose: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function; what it sends is meant for `purpose`."""

    @functools.wraps(function)
    def marked(*arguments: Any, **options: Any) -> Any:
        token = _purpose.set(purpose)
        try:
            return function(*arguments, **options)
        finally:
            _purpose.reset(token)

    return marked


def _mark_gateway(module: ModuleType) -> None:
    """Whatever path an API has, a call through a gateway does not go to FusionAuth."""
    vars(module)["call"] = _meant(GATEWAY, module.call)


def _mark_probes(module: ModuleType) -> None:
    """A call that asks for a permission cannot succeed, and is not looked at for what it would need to."""
    module.FusionAuth.may_call = _meant(PROBE, module.FusionAuth.may_call)


def _record_authorize_urls(module: ModuleType, sink: Sink) -> None:
    """The browser sends this request, but the client made it."""
    authorize_url = module.Journey.authorize_url

    @functools.wraps(authorize_url)
    def recorded(*arguments: Any, **options: Any) -> Any:
        url = authorize_url(*arguments, **options)
        sink({"type": "request", "method": "GET", "url": _open(url), "headers": [], "body": ""})
        return url

    module.Journey.authorize_url = recorded


def _record_responses(module: ModuleType, sink: Sink) -> None:
    create_app = module.create_app

    @functools.wraps(create_app)
    def recorded(*arguments: Any, **options: Any) -> Any:
        app = create_app(*arguments, **options)
        build = app.build_middleware_stack
        app.build_middleware_stack = lambda: _recording(build(), sink)  # outermost: what becomes of an error is seen
        return app

    vars(module)["create_app"] = recorded


def _recording(app: Callable[..., Awaitable[None]], sink: Sink) -> Callable[..., Awaitable[None]]:
    async def recorded(scope: Any, receive: Any, send: Any) -> None:
        said: dict[str, Any] = {"type": "response", "method": scope.get("method"), "path": scope.get("path")}
        body = bytearray()

        async def listening(message: Any) -> None:
            if message["type"] == "http.response.start":
                said["status"] = message["status"]
                said["headers"] = [
                    (name.decode().lower(), value.decode("latin-1")) for name, value in message["headers"]
                ]
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body"):  # before it leaves: whoever has read it finds it written down
                    sink(said | {"body": body.decode("utf-8", "replace")})
            await send(message)

        await app(scope, receive, listening if scope["type"] == "http" else send)

    return recorded
