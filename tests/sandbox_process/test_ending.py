"""However a sandbox ends, it ends within a second and leaves no process, folder or file, whatever it is busy with."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import msgspec
import psutil
import pytest

from services.sandbox.endpoints import SandboxRecord
from tests.busy import within
from tests.sandbox_process.conftest import Place, Start, close_stdin, gone, read_lines, wait_until
from tests.sandbox_process.guide import Guide

LIMIT = 1.0
BUSY = "export const handler = async () => { for (;;) {} };"


@pytest.fixture
def keep_alive() -> Iterator[list[socket.socket]]:
    connections: list[socket.socket] = []
    yield connections
    for connection in connections:
        connection.close()


def occupy(record: SandboxRecord, connections: list[socket.socket]) -> None:
    """Idle keep-alive connections to every port, a request that never ends, and a Node worker in an endless loop."""
    endpoints = record.endpoints
    for url in (
        endpoints.fusionauth.url,
        endpoints.public_url,
        endpoints.aws.endpoint_url,
        endpoints.gateway_url,
        record.control.url,
    ):
        connection = socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=5)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 ")
        connections.append(connection)
    half = socket.create_connection(("127.0.0.1", urlsplit(endpoints.fusionauth.url).port or 0), timeout=5)
    half.sendall(b"POST /api/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{")
    connections.append(half)
    guide = Guide(endpoints)
    arn = guide.deploy_function(BUSY, "busy", timeout=30)

    def invoke() -> None:
        with suppress(Exception):  # it is cut off, in whatever way
            guide.client("lambda").invoke(FunctionName=arn, Payload=b"{}")

    threading.Thread(target=invoke, daemon=True).start()
    sandbox = psutil.Process(endpoints.pid)
    wait_until(lambda: any(child.cpu_times().user > 0.3 for child in sandbox.children(recursive=True)))


def tree_of(pid: int) -> list[psutil.Process]:
    top = psutil.Process(pid)
    return [top, *top.children(recursive=True)]


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "SIGHUP", "stdin"])
def test_a_busy_sandbox_ends_within_a_second(
    how: str, start: Start, place: Place, keep_alive: list[socket.socket]
) -> None:
    sandbox = start("--publish", "--until-stdin-closes", "--tunnel-open")
    occupy(sandbox.record, keep_alive)
    processes = sandbox.tree()
    assert len(processes) >= 2
    began = time.monotonic()
    if how == "stdin":
        close_stdin(sandbox.process)
    else:
        sandbox.process.send_signal(getattr(signal, how))
    assert sandbox.process.wait(LIMIT + 5) == 0
    wait_until(lambda: gone(processes))
    assert time.monotonic() - began < within(LIMIT)
    assert place.leftovers() == []


def test_a_killed_parent_takes_the_sandbox_with_it(place: Place, keep_alive: list[socket.socket]) -> None:
    script = (
        "import time; from services.cancel import Cancellation\n"
        "from services.sandbox.launch import SandboxProcess; from services.sandbox.options import SandboxOptions\n"
        "import msgspec, sys\n"
        "sandbox = SandboxProcess.start(SandboxOptions(), progress=lambda text: None, cancellation=Cancellation())\n"
        "sys.stdout.buffer.write(msgspec.json.encode(sandbox.record) + b'\\n'); sys.stdout.flush(); time.sleep(60)"
    )
    parent = place.python("-c", script)
    assert parent.stdout is not None
    record = msgspec.json.decode(parent.stdout.readline(), type=SandboxRecord)
    occupy(record, keep_alive)
    processes = tree_of(record.endpoints.pid)
    began = time.monotonic()
    parent.kill()
    wait_until(lambda: gone(processes))
    assert time.monotonic() - began < within(LIMIT)
    assert place.leftovers() == []


def test_no_worker_outlives_a_killed_sandbox(start: Start, keep_alive: list[socket.socket]) -> None:
    sandbox = start()
    occupy(sandbox.record, keep_alive)
    workers = sandbox.tree()[1:]
    assert workers
    began = time.monotonic()
    sandbox.process.kill()
    wait_until(lambda: gone(workers))
    assert time.monotonic() - began < within(LIMIT)


@pytest.mark.parametrize("delay", [0.0, 0.1, 0.25, 0.4])
@pytest.mark.parametrize("how", ["SIGTERM", "stdin"])
def test_it_can_be_told_to_end_while_it_comes_up(place: Place, how: str, delay: float) -> None:
    process = place.spawn("--publish", "--until-stdin-closes")
    time.sleep(delay)  # not a wait for anything: the moment is what is tried out
    began = time.monotonic()
    if how == "stdin":
        close_stdin(process)
    else:
        process.send_signal(signal.SIGTERM)
    assert process.wait(5) in (0, -signal.SIGTERM)
    assert time.monotonic() - began < within(LIMIT + 0.3)  # the interpreter's own start is part of it
    assert place.leftovers() == []


def test_a_sandbox_that_hangs_is_ended_all_the_same(place: Place) -> None:
    """The end is kept even when the event loop itself no longer turns."""
    script = (
        "import sys, time, threading; import services.sandbox.serve as serving\n"
        "from services.sandbox.__main__ import main\n"
        "import services.sandbox.server as server; start = server.Server.start\n"
        "async def hang(self, apps):\n"
        "    await start(self, apps); import asyncio\n"
        "    asyncio.get_running_loop().call_later(0.5, time.sleep, 60)\n"
        "server.Server.start = hang; sys.argv = ['sandbox', '--publish', '--until-stdin-closes']; main()"
    )
    process = place.python("-c", script)
    record = read_lines(process)[-1].ready
    assert record is not None
    time.sleep(0.8)  # the loop is stuck from half a second on, which nothing outside can see
    began = time.monotonic()
    close_stdin(process)
    process.wait(5)
    assert time.monotonic() - began < within(LIMIT)
    assert place.leftovers() == []


def test_a_second_signal_changes_nothing(start: Start, place: Place) -> None:
    sandbox = start("--publish")
    sandbox.terminate()
    while sandbox.process.poll() is None:  # one of them comes at every moment of the end
        os.kill(sandbox.process.pid, signal.SIGINT)
        time.sleep(0.001)
    assert sandbox.process.wait(5) == 0
    assert place.leftovers() == []


def test_it_ignores_its_standard_input_unless_told_to_watch_it(start: Start) -> None:
    sandbox = start()
    close_stdin(sandbox.process)
    with pytest.raises(subprocess.TimeoutExpired):
        sandbox.process.wait(0.3)
