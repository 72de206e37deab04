"""Scripts for Node beside the tests, spoken to one line of JSON at a time."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.sandbox.function.node import node_executable

FOLDER = Path(__file__).parent
MODULES = FOLDER.parent / "node_modules"
TIMEOUT = 20


def needs(package: str) -> pytest.MarkDecorator:
    """A mark for tests that run an npm package of tests/package.json."""
    installed = (MODULES / package / "package.json").exists()
    return pytest.mark.skipif(not installed, reason=f"npm {package} is not installed (make test does, where npm is)")


class Script:
    """A script that answers each line of JSON with one. Its errors end the test with what it wrote of them."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, question: object) -> Any:
        """Send one line, and give what the answer says."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the script ended with {self._process.wait(TIMEOUT)}; its error is above"
        return json.loads(line)


@contextmanager
def script(name: str) -> Iterator[Script]:
    """Run a script of this folder for as long as the block lasts."""
    command: list[str | Path] = [node_executable(), "--no-warnings", FOLDER / name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Script(process)
            assert process.stdin
            process.stdin.close()
            assert process.wait(TIMEOUT) == 0
        finally:
            process.kill()
