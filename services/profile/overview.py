"""Every profile at a glance: what it is for and where it leads, or why its file cannot be used."""

from dataclasses import dataclass

from services.errors import ConfigurationError
from services.profile.store import load_profile, profile_names


@dataclass(frozen=True, slots=True)
class Glance:
    """One profile in short. `problem` says why its file cannot be used; the rest is empty then."""

    name: str
    target: str = ""
    fusionauth: str = ""
    aws_profile: str = ""
    region: str = ""
    problem: str = ""


def glance_at_profiles() -> tuple[Glance, ...]:
    """The built-in one first, then the person's own."""
    return tuple(_glance(name) for name in profile_names())


def _glance(name: str) -> Glance:
    try:
        profile = load_profile(name).profile
    except ConfigurationError as error:
        return Glance(name, problem=f"{error.message} {error.fix}".strip())
    if profile.target == "sandbox":
        return Glance(name, profile.target)
    host = profile.fusionauth.url.partition("://")[2]
    return Glance(name, profile.target, host, profile.aws.profile, profile.aws.region)
