"""A plan kept in a file, to be looked at by one person and run by another. It holds no secrets."""

import os
import tempfile
from pathlib import Path

import msgspec

from services.errors import ConfigurationError
from services.provisioning.binding import BoundPlan, decode_plan


def write_plan(plan: BoundPlan, path: Path) -> None:
    """Write the file for its owner alone, whole or not at all, in place of an older one. Raises ConfigurationError."""
    content = msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n"
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".plan-")  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
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
