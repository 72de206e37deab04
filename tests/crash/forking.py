"""Runs provisioning again and again, each time in a process of its own, forked from one that has imported everything.

It reads one JSON line from the socket that is its standard input, answers with the process id of the fork, and then
with how it ended. The fork can be killed from outside, or by itself once a step has been recorded.
"""

import gc
import json
import os
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

import msgspec
import urllib3.util.connection

from services.aws import session
from services.cancel import Cancellation
from services.errors import GatelightError
from services.provisioning.ledger import Ledger
from services.provisioning.step import Record
from services.sandbox.endpoints import SandboxRecord
from tests.benches import Bench
from tests.crash.wire import led_through

FAILED = 3


class EndingLedger(Ledger):
    """A ledger with which the process ends as soon as a step is recorded."""

    last = ""

    def record(self, record: Record) -> None:
        """Record it; if it is the last one, that was all."""
        super().record(record)
        if record.step_id == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def serve(commands: socket.socket) -> None:
    """Fork for each line until nobody is left who could ask."""
    session.preload()
    assert threading.active_count() == 1, "a process with threads must not fork"
    gc.freeze()  # or the first collection in every fork copies all that is shared
    for line in commands.makefile():
        pid = os.fork()
        if pid == 0:
            commands.close()
            become(**json.loads(line))
        commands.sendall(f"{pid}\n".encode())
        commands.sendall(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n".encode())


def become(
    *,
    record: dict[str, Any],
    name: str,
    ledger: str,
    direction: str,
    only: str | None,
    last: str,
    ports: dict[str, int],
    environment: dict[str, str],
) -> None:
    """Run `up` or `down` once and end. Does not return."""
    code = 1
    try:
        os.environ.update(environment)
        urllib3.util.connection.create_connection = led_through({int(port): to for port, to in ports.items()})
        bench = Bench(msgspec.convert(record, SandboxRecord), name)
        file = EndingLedger(Path(ledger), name, bench.record.instance_id)
        file.last = last
        workbench = bench.workbench(ledger=file)
        code = 0 if run(workbench, direction, only) else FAILED
    except GatelightError as error:
        code = error.exit_code
    except BaseException:  # noqa: BLE001 - the interpreter's own last resort
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def run(workbench: Any, direction: str, only: str | None) -> bool:
    """Go one way, and tell what failed."""
    failed: list[object] = []

    def hear(event: Any) -> None:
        if type(event).__name__ == "StepFailed":
            failed.append((event.step_id, event.error.message))

    if direction == "up":
        succeeded: bool = workbench.up(hear, Cancellation(), only=only)
    else:
        succeeded = workbench.down(hear, Cancellation())
    if failed:
        sys.stderr.write(f"{failed}\n")
    return succeeded


if __name__ == "__main__":
    serve(socket.socket(fileno=0))
