"""What others rely on is changed only when a person says so."""

from collections.abc import Collection

from services.errors import ExpectationFailed
from services.provisioning.step import Finding, Reliance


class ReliedOn(ExpectationFailed):
    """A step would change what others rely on, and nobody has agreed to that."""

    def __init__(self, step_id: str, reliance: Reliance) -> None:
        super().__init__(
            f"{reliance.what}: {', '.join(reliance.by)}. {reliance.consequence}",
            f"{reliance.instead} Or agree: `{reliance.agreement}`.",
        )
        self.step_id = step_id
        self.reliance = reliance


def not_agreed(step_id: str, finding: Finding, agreed: Collection[str] = ()) -> ReliedOn | None:
    """Why a finding's change may not be made: others rely on what is there, and no person has agreed to it now."""
    if finding.reliance is None or step_id in agreed:
        return None
    return ReliedOn(step_id, finding.reliance)
