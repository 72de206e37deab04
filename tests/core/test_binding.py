"""A run is held to its plan: what may differ, what may not, and what a plan in a file must be."""

from pathlib import Path

import msgspec
import pytest

from services.errors import ConfigurationError
from services.provisioning.binding import BoundPlan, BoundStep, PlanBroken
from services.provisioning.plan import Action, Place
from services.provisioning.plan_file import read_plan, write_plan
from services.provisioning.step import Change, Finding, Foreign, Side, State, Step, StepSpec, Work

OLD, DRIFTED, OTHER = Change("issuer", "acme.com", "https://a"), "drifted", "other"
WHERE = Place("123456789012", "eu-central-1", "aws", "arn:aws:iam::123456789012:user/ada", "Default", "t-1")
FOREIGN = Foreign("The role", "in account 1", "aws.role")


class Looking(Step):
    def __init__(self, step_id: str) -> None:
        self.spec = StepSpec(step_id, Side.AWS, step_id, "")

    def find(self, work: Work) -> Finding:
        raise AssertionError


def plan(*steps: BoundStep) -> BoundPlan:
    return BoundPlan("live", "https://auth.example.com", "2026-11-26T08:00:00+00:00", WHERE, steps)


def planned(action: Action, **more: object) -> BoundStep:
    return msgspec.structs.replace(BoundStep("x", "x", action), **more)


ABSENT, RIGHT = Finding(State.ABSENT), Finding(State.RIGHT, ours=True, resource_id="r")
DIFFERS = Finding(State.DIFFERS, changes=(OLD,), resource_id="r")
CHANGE = planned(Action.CHANGE, resource_id="r", changes=(OLD,))


@pytest.mark.parametrize(
    ("step", "finding"),
    [
        (planned(Action.CREATE), ABSENT),
        (planned(Action.CREATE, was_read=False), ABSENT),
        (planned(Action.CREATE, was_read=False), RIGHT),
        (CHANGE, DIFFERS),
        (msgspec.structs.replace(CHANGE, changes=(Change("issuer", "acme.com", "{public_url}"),)), DIFFERS),
        (planned(Action.NOTHING, resource_id="r"), RIGHT),
        (planned(Action.ADOPT, resource_id="r"), Finding(State.RIGHT, foreign=FOREIGN, resource_id="r")),
        (planned(Action.LATER, was_read=False), Finding(State.RIGHT)),
    ],
)
def test_what_is_as_planned_goes_on(step: BoundStep, finding: Finding) -> None:
    plan(step).check(Looking("x"), finding)


@pytest.mark.parametrize(
    ("step", "finding", "says"),
    [
        (planned(Action.CREATE), RIGHT, 'create it. Found: "r" is there, as it should be'),
        (planned(Action.CREATE), DIFFERS, 'create it. Found: "r" is there with issuer: "acme.com" → "https://a"'),
        (
            planned(Action.CREATE, was_read=False),
            Finding(State.RIGHT, foreign=FOREIGN, resource_id="r"),
            'Found: "r" exists, and Gatelight did not make it',
        ),
        (planned(Action.CREATE, was_read=False), DIFFERS, "create it"),
        (CHANGE, RIGHT, 'change "r" issuer: "acme.com" → "https://a". Found: "r" is there, as it should be'),
        (CHANGE, ABSENT, "Found: there is none"),
        (CHANGE, Finding(State.DIFFERS, changes=(Change("issuer", OTHER, "https://a"),), resource_id="r"), OTHER),
        (CHANGE, Finding(State.DIFFERS, changes=(OLD, Change("b", "1", "2")), resource_id="r"), 'b: "1" → "2"'),
        (CHANGE, Finding(State.DIFFERS, changes=(OLD,), resource_id="another"), '"another"'),
        (planned(Action.NOTHING, resource_id="r"), ABSENT, 'leave "r" as it is. Found: there is none'),
        (planned(Action.NOTHING, resource_id="r"), DIFFERS, 'leave "r" as it is'),
        (planned(Action.NOTHING, resource_id="old"), RIGHT, 'leave "old" as it is. Found: "r"'),
        (planned(Action.ADOPT, resource_id="r"), ABSENT, 'adopt "r" as it is'),
    ],
)
def test_what_is_not_as_planned_stops_and_both_are_named(step: BoundStep, finding: Finding, says: str) -> None:
    with pytest.raises(PlanBroken) as broken:
        plan(step).check(Looking("x"), finding)
    assert says in broken.value.message
    assert broken.value.exit_code == 1


@pytest.mark.parametrize(
    ("step_id", "name", "other"),
    [
        ("identity", "account", "210987654321"),
        ("identity", "region", "us-east-1"),
        ("identity", "partition", "aws-cn"),
        ("reach", "tenant_id", "t-2"),
    ],
)
def test_another_place_stops_and_both_are_named(step_id: str, name: str, other: str) -> None:
    facts = {name: getattr(WHERE, name) for name in ("account", "region", "partition", "tenant_id")}
    bound = plan(BoundStep(step_id, step_id, Action.CHECK))
    bound.check(Looking(step_id), Finding(State.RIGHT, facts))
    with pytest.raises(PlanBroken) as broken:
        bound.check(Looking(step_id), Finding(State.RIGHT, facts | {name: other}))
    assert f'"{facts[name]}"' in broken.value.message
    assert f'"{other}"' in broken.value.message


def test_a_step_the_plan_does_not_have_stops() -> None:
    with pytest.raises(PlanBroken, match="no such step"):
        plan().check(Looking("x"), ABSENT)


def test_a_plan_survives_its_file_which_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("an older one")
    path.chmod(0o644)
    kept = plan(CHANGE, planned(Action.CREATE, calls=("iam CreateRole {}",)))
    write_plan(kept, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_plan(path, profile="live", fusionauth="https://auth.example.com") == kept
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        (b"\xff", "is not a plan"),
        (b"[]", "is not a plan"),
        (b'{"version": 2}', "it has version 2, and this Gatelight knows 1"),
        (b'{"version": 1, "profile": "live"}', "is not a plan"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "plan.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=says):
        read_plan(path, profile="live", fusionauth="")


@pytest.mark.parametrize(("profile", "fusionauth"), [("other", "https://auth.example.com"), ("live", "https://b")])
def test_a_plan_for_elsewhere_is_refused(tmp_path: Path, profile: str, fusionauth: str) -> None:
    write_plan(plan(), tmp_path / "plan.json")
    with pytest.raises(ConfigurationError, match="is for the"):
        read_plan(tmp_path / "plan.json", profile=profile, fusionauth=fusionauth)
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_plan(plan(), tmp_path / "missing" / "plan.json")
