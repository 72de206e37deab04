"""A FusionAuth that answers as a test tells it to, and a provisioned one that many tests share."""

from collections.abc import Iterator

import pytest

from services.sandbox.launch import SandboxProcess
from services.workbench import Workbench
from tests.benches import Bench, up
from tests.core.conftest import server

__all__ = ["server"]


@pytest.fixture(scope="module")
def provisioned(session_sandbox: SandboxProcess) -> Iterator[Bench]:
    """A bench whose first workbench is provisioned, for all tests of a file."""
    bench = Bench(session_sandbox.record)
    up(bench.workbench())
    yield bench
    bench.end()


@pytest.fixture
def ready(provisioned: Bench) -> Iterator[Workbench]:
    """The provisioned workbench; whatever a test does to its application's configuration is undone."""
    workbench = provisioned.made[0]
    path = f"/api/application/{workbench.done()['application'].facts['application_id']}"
    before = provisioned.fusionauth("GET", path).json()["application"]
    yield workbench
    kept = {name: before[name] for name in ("jwtConfiguration", "oauthConfiguration")}
    assert provisioned.fusionauth("PATCH", path, {"application": kept}).status_code == 200
    assert provisioned.fusionauth("GET", path).json()["application"].items() >= kept.items()
