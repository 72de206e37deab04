"""One HTTP server for all of the sandbox: many sockets, one event loop, an app behind each port."""

import asyncio
import gc
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from services.sandbox.listeners import port_of
from services.sandbox.one_write import OneWriteProtocol

_IDLE_SECONDS = 60
_LAST_SECONDS = 0.1  # for what is being answered when the end comes


class Server:
    """Serves each socket with an app of its own, until it is stopped."""

    def __init__(self) -> None:
        self._apps: dict[int, ASGIApp] = {}
        config = uvicorn.Config(
            self._dispatch,
            interface="asgi3",
            http=OneWriteProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            # From loopback, uvicorn would otherwise believe any caller's X-Forwarded-For and -Proto.
            proxy_headers=False,
            timeout_keep_alive=_IDLE_SECONDS,
        )
        self._server = _QuietServer(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self, apps: dict[socket.socket, ASGIApp]) -> None:
        """Answer on every socket; returns when all of them do."""
        self._apps = {port_of(listener): app for listener, app in apps.items()}
        self._task = asyncio.create_task(self._server.serve(sockets=list(apps)))
        await asyncio.wait({self._task, self._server.answering}, return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            self._task.result()
        gc.freeze()  # what is loaded by now stays: without it every full collection under load walks through all of it
        gc.set_threshold(10_000, 20, 20)  # thirty calls at once have thousands of objects that all go by themselves

    async def stop(self) -> None:
        """Close every socket and connection and cancel what still runs."""
        logging.getLogger("uvicorn.error").disabled = True
        self._server.ending.set()
        if self._task:
            await self._task

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._apps[scope["server"][1]](scope, receive, send)


class _QuietServer(uvicorn.Server):
    """Tells when it answers, ends without uvicorn's pauses, and leaves the process's signals to the sandbox."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answering: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ending = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answering.set_result(None)

    async def main_loop(self) -> None:
        both = {asyncio.create_task(super().main_loop()), asyncio.create_task(self.ending.wait())}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in both:
            task.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for closing in (*self.servers, *(sockets or ())):
            closing.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if answers := set(self.server_state.tasks):
            _, late = await asyncio.wait(answers, timeout=_LAST_SECONDS)
            for task in late:  # nobody is left to wait for them
                task.cancel()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
