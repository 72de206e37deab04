"""Runs lambdas in a Node process of their own, which starts with the first and ends when there is nothing to do."""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from services.sandbox.function.node import node_executable

RUNNER = Path(__file__).with_name("runner.mjs")
LIMIT_MILLISECONDS = 200
"""How long each part of a lambda may take: reading its body, and running it."""
MEMORY_MEGABYTES = 32
DEADLINE = 5.0  # seconds for everything: waiting for one's turn, starting Node, running
IDLE_SECONDS = 60.0
MAXIMUM_RESULT = 65_536  # characters of JSON


class LambdaEngine:
    """Runs one lambda at a time; all calls are made on one event loop.

    The lambda gets JavaScript and a mute `console`: no modules, no network, no timers, no process. The process has no
    environment and may read no file but its own. How long a lambda may take and how much it may return FusionAuth does
    not document; both limits are the sandbox's.
    """

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._end: asyncio.TimerHandle | None = None

    async def populate(self, body: str, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """What `populate` in `body` makes of `given["jwt"]`; None if it throws, hangs or returns nothing usable.

        `given` holds `jwt`, `user`, `registration` and `context` as JSON data. Raises ConfigurationError when Node is
        missing.
        """
        line = json.dumps({"body": body, **given}).encode() + b"\n"  # ASCII: JavaScript knows more line ends than \n
        try:
            async with asyncio.timeout(DEADLINE), self._turn:
                result = await self._ask(line)
            return msgspec.json.decode(result, type=dict[str, Any]) if result else None
        except (
            TimeoutError,
            OSError,
            RuntimeError,
            ValueError,
        ):  # uvloop: RuntimeError for a pipe that has just closed
            return None

    @property
    def pid(self) -> int | None:
        """The Node process, while there is one."""
        return self._process.pid if self._process else None

    async def close(self) -> None:
        """End the process and wait until it is gone."""
        process = self._kill()
        if process:
            await process.wait()

    async def _ask(self, line: bytes) -> str | None:
        """Send one lambda and wait for its result. A process that does not answer in time is no longer used."""
        try:
            to_node, from_node = await self._pipes()
            to_node.write(line)
            await to_node.drain()
            answer = msgspec.json.decode(await from_node.readline(), type=dict[str, str | None])
        except BaseException:
            self._kill()
            raise
        if self._end:
            self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._end_if_idle)
        return answer["result"]

    async def _pipes(self) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
        """Into and out of a living process."""
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            process = await self._start()
        if process.stdin is None or process.stdout is None:
            raise OSError("the process has no pipes")
        return process.stdin, process.stdout

    async def _start(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            node_executable(),
            "--permission",
            f"--allow-fs-read={RUNNER}",
            f"--max-old-space-size={MEMORY_MEGABYTES}",
            "--disallow-code-generation-from-strings",
            "--experimental-vm-modules",  # or a refused import() would hand out an object from outside the context
            "--no-warnings",
            RUNNER,
            str(LIMIT_MILLISECONDS),
            str(MAXIMUM_RESULT),
            stdin=asyncio.subprocess.PIPE,  # ends with this process, and the runner with it
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
            cwd=RUNNER.parent,
            limit=8 * MAXIMUM_RESULT,  # above what a result can be with all its characters escaped
        )
        return self._process

    def _end_if_idle(self) -> None:
        if not self._turn.locked():
            self._kill()

    def _kill(self) -> asyncio.subprocess.Process | None:
        process, self._process = self._process, None
        if self._end:
            self._end.cancel()
            self._end = None
        if process:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        return process
