"""A plan kept in a file, to be looked at by one person and run by another. It holds no secrets."""

from pathlib import Path

import msgspec

from services.errors import ConfigurationError
from services.provisioning.binding import BoundPlan, decode_plan
from services.whole_file import write_whole


def write_plan(plan: BoundPlan, path: Path) -> None:
    """Write the file for its owner alone, whole or not at all, in place of an older one. Raises ConfigurationError."""
    content = msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n"
    try:
        write_whole(path, content)
    except OSError as error:
        raise ConfigurationError(
            f'The plan cannot be written to "{path}": {error.strerror}.', "Name a file in a folder of yours."
        ) from None


def read_plan(path: Path, *, profile: str, fusionauth: str) -> BoundPlan:
    """Read a plan for this profile and this FusionAuth. Raises ConfigurationError that says why it is none."""
    try:
        plan = decode_plan(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(
            f'The plan "{path}" cannot be read: {error.strerror}.', "Make one: gatelight plan --out FILE."
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise ConfigurationError(
            f'"{path}" is not a plan: {error}.', "Give a file that `gatelight plan --out` wrote, unchanged."
        ) from None
    for what, planned, here in (("profile", plan.profile, profile), ("FusionAuth", plan.fusionauth, fusionauth)):
        if planned != here:
            raise ConfigurationError(
                f'The plan "{path}" is for the {what} "{planned}", and this is "{here}".',
                "Run it where it was made for, or make a new plan.",
            )
    return plan
