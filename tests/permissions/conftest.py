"""A sandbox whose access key is held to a policy."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import requests

from services.aws.permissions import Permission, Place, permissions
from services.aws.policy_document import policy_document
from services.sandbox.launch import SandboxProcess
from services.workbench import Workbench
from tests.benches import Bench
from tests.conftest import start_sandbox


class GuardedBench(Bench):
    """A sandbox under a policy, which its control address changes."""

    def needed(self, workbench: Workbench) -> tuple[Permission, ...]:
        """What `gatelight policy` would print for the workbench's profile."""
        aws = self.record.endpoints.aws
        return permissions(self.name, workbench.profile.aws, Place(aws.account_id, aws.region))

    def hold_to(self, policy: Mapping[str, Any] | None) -> None:
        """Put a policy into force, or lift it."""
        control = self.record.control
        answer = self.http.request(
            "DELETE" if policy is None else "PUT",
            control.url + "/policy",
            json=policy,
            headers={"Authorization": f"Bearer {control.token}"},
            timeout=5,
        )
        assert answer.status_code == 200, answer.text
        assert answer.json() == {"policy": policy}

    def hold_to_all_but(self, workbench: Workbench, *sids: str) -> None:
        """Put the printed policy into force, without these statements."""
        self.hold_to(policy_document(each for each in self.needed(workbench) if each.sid not in sids))

    def put_policy(self, content: bytes) -> requests.Response:
        """Send the control address something as a policy."""
        control = self.record.control
        return self.http.put(
            control.url + "/policy", data=content, headers={"Authorization": f"Bearer {control.token}"}, timeout=5
        )


@pytest.fixture(scope="module")
def guarded_process(hermetic: None) -> Iterator[SandboxProcess]:
    """One sandbox for a module's tests."""
    process = start_sandbox()
    yield process
    process.stop()


@pytest.fixture
def guarded(guarded_process: SandboxProcess) -> Iterator[GuardedBench]:
    """The sandbox, under no policy to begin with and at the end."""
    bench = GuardedBench(guarded_process.record)
    bench.hold_to(None)
    yield bench
    bench.hold_to(None)
    bench.end()


@pytest.fixture
def workbench(guarded: GuardedBench) -> Workbench:
    """A workbench on it, nothing provisioned."""
    return guarded.workbench()


@pytest.fixture
def new_workbench(guarded: GuardedBench) -> Callable[..., Workbench]:
    """Makes workbenches on it."""
    return guarded.workbench
