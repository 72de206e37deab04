"""How much of FusionAuth a tunnel shows."""

from enum import StrEnum


class Publish(StrEnum):
    """How much of FusionAuth the tunnel shows to the world."""

    DISCOVERY = "discovery"  # the discovery document and the keys: all that API Gateway needs
    EVERYTHING = "everything"  # login pages too, and the admin pages with them
