"""The pytest plugin that holds the whole test run to the contract: the test in which it is broken fails."""

import os
import shutil
import tempfile
from collections import deque
from collections.abc import Generator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.contract import recorder
from tests.contract.exchanges import Exchange
from tests.contract.judge import Judge

SHOWN = 10

# What this process said. It is listened to from the import of this plugin on, for that is before any conftest's: one
# that took `create_app` from its module earlier would have it without the recorder.
_HERE: deque[dict[str, Any]] = deque()
recorder.install(_HERE.append)


class Broken(AssertionError):
    """What was said broke the contract."""


class Court:
    """Takes in what this process and its children said, and judges it test by test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.here = _HERE
        self.seen = 0
        self._judge: Judge | None = None
        self._read: dict[str, int] = {}

    def breaches(self) -> list[str]:
        """What was wrong with everything said since the last time, each breach once."""
        found: dict[str, None] = {}
        for exchange in self._exchanges():
            self.seen += 1
            self._judge = self._judge or Judge()
            found |= dict.fromkeys(self._judge.of(exchange))
        return list(found)

    def _exchanges(self) -> Generator[Exchange]:
        while self.here:
            yield msgspec.convert(self.here.popleft(), Exchange)
        for entry in os.scandir(self.folder):
            begin = self._read.get(entry.name, 0)
            if entry.stat().st_size == begin:
                continue
            with Path(entry.path).open("rb") as file:
                file.seek(begin)
                for line in file:
                    if not line.endswith(b"\n"):  # still being written
                        break
                    begin += len(line)
                    yield msgspec.json.decode(line, type=Exchange)
            self._read[entry.name] = begin

    def check(self) -> None:
        """Raise `Broken` if anything said since the last time broke the contract."""
        if breaches := self.breaches():
            more = [f"… and {len(breaches) - SHOWN} more"] if len(breaches) > SHOWN else []
            raise Broken("\n".join(["FusionAuth's contract was broken:", *breaches[:SHOWN], *more]))


_COURT = pytest.StashKey[Court]()


def pytest_configure(config: pytest.Config) -> None:
    """Have the children of this process record themselves."""
    court = Court(Path(tempfile.mkdtemp(prefix="contract-")))
    config.stash[_COURT] = court
    os.environ[recorder.FOLDER] = str(court.folder)
    os.environ.update(recorder.environment(os.environ))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the records away."""
    shutil.rmtree(config.stash[_COURT].folder, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Judge what a test's fixtures led to."""
    yield
    item.config.stash[_COURT].check()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Judge what the test itself led to."""
    yield
    item.config.stash[_COURT].check()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Judge what taking it back led to."""
    yield
    item.config.stash[_COURT].check()


@pytest.fixture
def court(request: pytest.FixtureRequest) -> Court:
    """The court, for tests of the contract itself."""
    return request.config.stash[_COURT]
