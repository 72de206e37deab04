"""Runs the command `gatelight` again and again, each time in a process of its own forked from one that has imported it.

It reads one JSON line and three descriptors (standard input, output and error) from the socket that is its own
standard input, and answers with the exit code. Importing takes most of a short command's time, and it is the same for
every one: what differs (arguments, environment, streams) a fork gets as a new interpreter would.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import socket
import sys
import threading
import traceback
from typing import Any

MODULES = ("boto3", "requests", "services.workbench", "tui.commands.cli", "tui.wiring")


def serve(commands: socket.socket) -> None:
    """Run what is asked for until nobody is left who could ask."""
    for name in MODULES:
        importlib.import_module(name)
    assert threading.active_count() == 1, "a process with threads must not fork"
    gc.freeze()  # or the first collection in every fork copies all that is shared
    while True:
        asked, streams, _, _ = socket.recv_fds(commands, 100_000, 3)
        if not asked:
            return
        pid = os.fork()
        if pid == 0:
            commands.close()
            become(streams, **json.loads(asked))
        for stream in streams:
            os.close(stream)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        commands.sendall(f"{code}\n".encode())


def become(streams: list[int], *, arguments: list[str], environment: dict[str, str]) -> None:
    """Be `python -m tui` with these arguments. Does not return."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["gatelight", *arguments]
    code: Any = 1
    try:
        runpy.run_module("tui", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:  # noqa: BLE001 - the interpreter's own last resort
        traceback.print_exc()
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(socket.socket(fileno=0))
