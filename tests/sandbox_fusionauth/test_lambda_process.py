"""The Node process that runs lambdas does not outlive whoever started it."""

import subprocess
import sys
from contextlib import suppress

import psutil
import pytest

from tests.sandbox_fusionauth.conftest import TIMEOUT

PROGRAM = """
import asyncio, sys
from services.sandbox.fusionauth.lambdas.engine import LambdaEngine

async def main():
    engine = LambdaEngine()
    result = await engine.populate("function populate(jwt) { jwt.b = 2 }", {"jwt": {"a": 1}})
    assert result == {"a": 1, "b": 2}, result
    print(engine.pid, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await engine.close()

asyncio.run(main())
"""


@pytest.mark.parametrize("killed", [True, False])
def test_node_ends_with_the_sandbox_however_that_ends(killed: bool) -> None:
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdin
        assert sandbox.stdout
        node = psutil.Process(int(sandbox.stdout.readline()))
        assert node.is_running()
        assert node.environ() == {}
        if killed:
            sandbox.kill()
        else:
            sandbox.stdin.close()
        sandbox.wait(TIMEOUT)
        with suppress(psutil.NoSuchProcess):
            psutil.wait_procs([node], TIMEOUT)
            assert node.status() == psutil.STATUS_ZOMBIE
