"""The worker processes: few, warm, and gone when they should be."""

import asyncio
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from services.errors import ConfigurationError
from services.sandbox.function import node, pool
from services.sandbox.function.engine import FunctionEngine
from services.sandbox.function.model import FunctionBusy
from tests.busy import within
from tests.sandbox_aws.functions import deployed

PID = "export const handler = async () => process.pid"
SLOW = "export const handler = async () => new Promise((done) => setTimeout(() => done(process.pid), 100))"


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[FunctionEngine]:
    engine = FunctionEngine(tmp_path, maximum_workers=2)
    yield engine
    await engine.close()


def entries(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def running(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


async def comes_true(condition: Callable[[], bool], seconds: float = 1.0) -> bool:
    for _ in range(int(seconds * 100)):
        if condition():
            return True
        await asyncio.sleep(0.01)
    return False


async def gone(pid: int) -> bool:
    return await comes_true(lambda: not running(pid), 10)


async def spins(pid: int) -> bool:
    """Whether a process takes up a core within ten seconds."""
    process = psutil.Process(pid)
    before = process.cpu_times().user
    return await comes_true(lambda: bool(process.cpu_times().user > before + 0.05), 10)


async def pid_of(engine: FunctionEngine, source: str = PID, name: str = "f", event: bytes = b"{}") -> int:
    pid: int = json.loads((await engine.invoke(deployed(source, name=name), event)).payload)
    return pid


async def test_one_worker_answers_one_call_after_another(engine: FunctionEngine) -> None:
    assert len({await pid_of(engine) for _ in range(5)}) == 1


async def test_parallel_calls_share_at_most_the_maximum(engine: FunctionEngine) -> None:
    pids = await asyncio.gather(*(pid_of(engine, SLOW) for _ in range(6)))
    assert len(set(pids)) == 2


async def test_calls_that_are_answered_soon_share_one_worker(engine: FunctionEngine) -> None:
    await pid_of(engine)
    assert len(set(await asyncio.gather(*(pid_of(engine) for _ in range(20))))) == 1


async def test_a_caller_gives_up_and_the_function_runs_on_into_its_log(tmp_path: Path) -> None:
    logged: list[str] = []
    engine = FunctionEngine(tmp_path, log=lambda _function, _stream, log: logged.extend(log.lines()))
    pid = await pid_of(engine, SLOW)
    logged.clear()
    with pytest.raises(TimeoutError):
        await engine.invoke(deployed(SLOW), b"{}", "late", seconds=0.02)
    assert logged == []
    assert await comes_true(lambda: bool(logged))
    assert [line.split()[:3] for line in logged[:2]] == [["START", "RequestId:", "late"], ["END", "RequestId:", "late"]]
    assert await pid_of(engine, SLOW) == pid
    await engine.close()


async def test_output_nobody_announced_is_in_the_log_all_the_same(engine: FunctionEngine) -> None:
    source = """import fs from "node:fs";
        export const handler = async () => { fs.writeSync(1, "past the console\\n"); }"""
    lines: list[str] = []
    for _ in range(3):
        lines += (await engine.invoke(deployed(source), b"{}")).log
    assert lines.count("past the console") >= 2


async def test_a_warmed_function_answers_its_first_call_from_a_waiting_worker(engine: FunctionEngine) -> None:
    function = deployed("const born = Date.now(); export const handler = async () => Date.now() - born")
    await engine.warm(function)
    workers = engine._pools[function.arn][1]
    assert await comes_true(lambda: bool(workers._idle), 10)
    began = time.perf_counter()
    await engine.invoke(function, b"{}")
    assert time.perf_counter() - began < within(0.1)


async def test_changed_code_gets_new_workers_and_the_old_ones_end(engine: FunctionEngine) -> None:
    old = await pid_of(engine)
    new = await pid_of(engine, PID + ";")
    assert new != old
    assert await gone(old)


async def test_a_changed_configuration_gets_new_workers(engine: FunctionEngine) -> None:
    source = "export const handler = async () => process.env.COLOUR"
    for colour in ("red", "green"):
        function = deployed(source, environment=(("COLOUR", colour),))
        assert json.loads((await engine.invoke(function, b"{}")).payload) == colour


async def test_idle_workers_go_but_one_stays(engine: FunctionEngine) -> None:
    pids = set(await asyncio.gather(*(pid_of(engine, SLOW) for _ in range(4))))
    engine._pools[deployed(SLOW).arn][1].shrink(idle_seconds=0.0)
    assert await comes_true(lambda: sum(map(running, pids)) == 1)


async def test_a_cancelled_call_leaves_no_busy_worker_behind(engine: FunctionEngine) -> None:
    source = "export const handler = async (e) => { if (!e.go) return process.pid; for (;;); }"
    pid = await pid_of(engine, source)
    call = asyncio.create_task(engine.invoke(deployed(source), b'{"go": 1}'))
    assert await spins(pid)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await gone(pid)
    assert await pid_of(engine, source) != pid


async def test_closing_ends_busy_workers_and_what_they_started_and_removes_the_code(tmp_path: Path) -> None:
    engine = FunctionEngine(tmp_path)
    source = """import { spawn } from "node:child_process";
        const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
        export const handler = async (e) => { if (!e.go) return [process.pid, child.pid]; for (;;); }"""
    pids = json.loads((await engine.invoke(deployed(source), b"{}")).payload)
    busy = asyncio.create_task(engine.invoke(deployed(source), b'{"go": 1}'))
    assert await spins(pids[0])
    began = time.perf_counter()
    await engine.close()
    assert time.perf_counter() - began < within(1.0)
    assert [await gone(pid) for pid in pids] == [True, True]
    assert entries(tmp_path) == []
    await asyncio.gather(busy, return_exceptions=True)


HOST = """
import asyncio, sys
from pathlib import Path
from services.sandbox.function.engine import FunctionEngine
from services.sandbox.function.model import FunctionBusy
from tests.sandbox_aws.functions import deployed

async def main():
    engine = FunctionEngine(Path(sys.argv[1]))
    source = "export const handler = async (e) => { if (!e.go) return process.pid; for (;;); }"
    busy, idle = deployed(source, name="busy", timeout_seconds=60), deployed(source, name="idle")
    pids = [(await engine.invoke(function, b"{}")).payload.decode() for function in (busy, idle)]
    print(*pids, flush=True)
    await engine.invoke(busy, b'{"go": 1}')

if sys.argv[2] == "uvloop":
    import uvloop
    uvloop.run(main())
asyncio.run(main())
"""


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
async def test_workers_die_with_a_killed_sandbox_even_when_busy(tmp_path: Path, loop: str) -> None:
    root = Path(__file__).parents[2]
    host = subprocess.Popen(  # noqa: ASYNC220 - killed below, nothing of it is awaited
        [sys.executable, "-c", HOST, str(tmp_path), loop],
        stdout=subprocess.PIPE,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert host.stdout
    pids = [int(pid) for pid in host.stdout.readline().split()]
    assert await spins(pids[0])
    host.send_signal(signal.SIGKILL)
    host.wait(5)
    host.stdout.close()
    assert [await gone(pid) for pid in pids] == [True, True]


async def test_who_waits_too_long_for_a_worker_hears_that_it_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = FunctionEngine(tmp_path, maximum_workers=1)
    monkeypatch.setattr(pool, "WAIT_SECONDS", 0.05)
    slow = deployed(SLOW.replace("100", "400"))
    await engine.warm(slow)
    workers = engine._pools[slow.arn][1]
    assert await comes_true(lambda: bool(workers._idle), 10)
    first = asyncio.create_task(engine.invoke(slow, b"{}"))
    await asyncio.sleep(0)
    with pytest.raises(FunctionBusy):
        await engine.invoke(slow, b"{}")
    assert (await first).function_error == ""
    await engine.close()


def test_without_the_node_package_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    node.node_executable.cache_clear()
    try:
        with pytest.raises(ConfigurationError) as caught:
            node.node_executable()
    finally:
        node.node_executable.cache_clear()
    assert "gatelight[sandbox]" in caught.value.fix
