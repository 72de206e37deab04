"""Ids that follow from the profile, so that a second run (or a lost ledger) finds what the first one made."""

import uuid

_NAMESPACE = uuid.UUID("6f0a8f3e-53a8-5c5c-9d37-0f5d0c2c7a11")

TAG = "gatelight:profile"
MADE_TAG = "gatelight:made"
"""When a thing was made, in UTC as ISO 8601: AWS itself does not say it of a function."""


def stable_id(profile: str, kind: str) -> str:
    """The UUID of the one resource of that kind which the profile of that name makes."""
    return str(uuid.uuid5(_NAMESPACE, f"{profile}/{kind}"))
