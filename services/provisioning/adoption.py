"""What exists already and is not ours is used only when a person says so."""

from collections.abc import Collection, Mapping

from services.errors import ExpectationFailed
from services.provisioning.step import Finding, Foreign, Outcome, Record


class NotOurs(ExpectationFailed):
    """A step found something that Gatelight did not make, and nobody has said that it may be used."""

    def __init__(self, step_id: str, foreign: Foreign) -> None:
        super().__init__(
            f"{foreign.what} exists already {foreign.where}, and Gatelight did not make it.",
            f"To use it as it is, adopt it: `gatelight up --adopt {step_id}`. It is then never changed and never "
            f"deleted. Or set another {foreign.setting} in the profile.",
        )
        self.step_id = step_id
        self.foreign = foreign


def not_adopted(
    step_id: str, finding: Finding, records: Mapping[str, Record], adopt: Collection[str] = ()
) -> NotOurs | None:
    """Why a finding may not be used: it is somebody else's, not adopted by an earlier run and not by this one."""
    if finding.foreign is None or step_id in adopt:
        return None
    known = records.get(step_id)
    # Version 1 of the ledger called adopted things found.
    if known is not None and known.outcome in (Outcome.ADOPTED, Outcome.FOUND):
        return None if known.resource_id == finding.resource_id else NotOurs(step_id, finding.foreign)
    return NotOurs(step_id, finding.foreign)
