"""How much of FusionAuth a tunnel shows, and what that means for a login in the browser."""

from enum import StrEnum


class Publish(StrEnum):
    """How much of FusionAuth the tunnel shows to the world."""

    DISCOVERY = "discovery"  # the discovery document and the keys: all that API Gateway needs
    EVERYTHING = "everything"  # login pages too, and the admin pages with them


def login_note(publish: Publish | None, fusionauth_url: str) -> str:
    """What a login in a browser needs where the tunnel does not show the login page; empty where it does."""
    if publish is not Publish.DISCOVERY:
        return ""
    return (
        f'The tunnel shows the world discovery and keys alone: the login page is at "{fusionauth_url}", for a browser '
        "on this machine. For one elsewhere, forward that port (ssh -L), or set tunnel.publish to "
        '"everything" in the profile, which shows the admin pages too.'
    )
