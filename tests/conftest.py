"""What holds for every test: folders of its own, nobody's credentials, and no way out of this machine."""

import gc
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from services.cancel import Cancellation
from services.sandbox.launch import SandboxProcess
from services.sandbox.options import SandboxOptions
from services.workbench import Workbench
from tests.benches import Bench

if TYPE_CHECKING:
    from tests.os_keyring import Keyring

_CLEARED = ("AWS_", "GATELIGHT_", "XDG_")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle")
_LOOPBACK = frozenset(("", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::"))


# Thousands of tests and all they import live to the end: the collector, which goes over them again and again, would
# take a quarter of the run.
gc.disable()

# Or everything would be compiled again in each run, and in each of the hundreds of processes it starts.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: for a third of their time the tests wait for other processes."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """From here on look for garbage among what the tests themselves make, and not after every 700 objects."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


def _outside(address: Any) -> bool:
    return isinstance(address, tuple) and not (address[0] in _LOOPBACK or str(address[0]).startswith("127."))


@pytest.fixture(scope="session", autouse=True)
def hermetic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No credentials, settings or proxies of whoever runs the tests, and no connection beyond loopback."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if _outside(address):
            raise ConnectionRefusedError(f"a test reached for {address!r}: connection refused")
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if _outside(address):
            raise ConnectionRefusedError(f"a test reached for {address!r}: connection refused")
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host or ""
        if not (name in _LOOPBACK or name.replace(".", "").isdigit() or ":" in name):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return getaddrinfo(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(_CLEARED) or name.lower() in _PROXIES:
                patch.delenv(name)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")  # never that of whoever runs the tests
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")  # or boto3 looks for credentials on the network
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


@pytest.fixture(autouse=True)
def own_folders(hermetic: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Home, state and configuration of this test alone."""
    home = tmp_path / "own"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GATELIGHT_STATE_DIR", str(home / "state"))
    monkeypatch.setenv("GATELIGHT_CONFIG_DIR", str(home / "config"))


@pytest.fixture
def os_keyring() -> Iterator["Keyring"]:
    """A keyring that works, in this process alone."""
    import keyring

    from tests.os_keyring import Keyring

    mine, before = Keyring(), keyring.get_keyring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


@pytest.fixture(scope="session")
def session_sandbox(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """One sandbox for all tests of this worker that leave it as they found it."""
    process = start_sandbox()
    yield process
    process.stop()


@pytest.fixture
def sandbox(session_sandbox: SandboxProcess) -> Bench:
    """The shared sandbox, seen from outside, with names of this test's own in it."""
    return Bench(session_sandbox.record)


@pytest.fixture
def own_sandbox() -> Iterator[Bench]:
    """A sandbox for one test that changes it for good."""
    process = start_sandbox()
    yield Bench(process.record)
    process.stop()


@pytest.fixture
def new_workbench(sandbox: Bench) -> Iterator[Callable[..., Workbench]]:
    """Makes workbenches on the shared sandbox; what they provisioned is taken back in the end."""
    yield sandbox.workbench
    sandbox.end()


@pytest.fixture
def workbench(new_workbench: Callable[..., Workbench]) -> Workbench:
    """A workbench on the shared sandbox, nothing provisioned."""
    return new_workbench()


def start_sandbox(*, tunnel_open: bool = False) -> SandboxProcess:
    """A sandbox of its own, ended by its `stop`."""
    options = SandboxOptions(publish=False, tunnel_open_at_start=tunnel_open)
    return SandboxProcess.start(options, progress=lambda _: None, cancellation=Cancellation())
