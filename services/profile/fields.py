"""What a live profile is asked for, field by field, and what there is to say to a value before it is taken."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.aws.regions import check_region
from services.errors import ConfigurationError, GatelightError
from services.profile.store import BUILT_IN, parse_profile, profile_names, profile_path

# What may stand in the field of the public address when a tunnel makes one: the tunnel's provider.
TUNNELS = {
    "ngrok": "a tunnel of ngrok's shows the world discovery and keys alone",
    "running": "through the ngrok agent that runs for it already",
}
OWN = "own"  # what stands in the field of the tenant's id when Gatelight is to make one
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
NEEDED = "It is needed."


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What values are held against: the profiles there are, and AWS's profiles with their regions."""

    names: tuple[str, ...] = ()
    aws_profiles: Mapping[str, str] = field(default_factory=dict)
    aws_known: bool = False  # whether the AWS profiles could be read


@dataclass(frozen=True, slots=True)
class Opinion:
    """What there is to say to a value: with `problem` it cannot be taken, `doubt` warns, a `remark` only helps."""

    problem: str = ""
    doubt: str = ""
    remark: str = ""


Values = Mapping[str, str]  # by field
Check = Callable[[str, Values, Surroundings], Opinion]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to be said. `key` is the profile's, or `name`; `example` stands where nothing is typed yet."""

    key: str
    title: str
    example: str
    check: Check


def _name(value: str, _: Values, around: Surroundings) -> Opinion:
    if not value:
        return Opinion(NEEDED)
    if value in around.names or value == BUILT_IN:
        return Opinion(f"There is a profile “{value}” already.")
    try:
        profile_path(value)
    except ConfigurationError as error:
        return Opinion(error.fix)
    return Opinion()


def _url(value: str, _: Values, __: Surroundings) -> Opinion:
    return _as_the_profile_has_it("fusionauth.url", value) if value else Opinion(NEEDED)


def _public_url(value: str, values: Values, _: Surroundings) -> Opinion:
    url = values.get("fusionauth.url", "")
    if value in TUNNELS:
        return Opinion(remark=TUNNELS[value])
    if value:
        return _as_the_profile_has_it("fusionauth.public_url", value)
    if url and not url.startswith("https://"):
        return Opinion(f"AWS cannot read {url}: give a public https address, or ngrok for a tunnel.")
    return Opinion(remark=f"AWS reads {url}" if url else "")


def _tenant(value: str, _: Values, __: Surroundings) -> Opinion:
    if value == OWN:
        return Opinion(remark="Gatelight makes one of its own, and leaves every other alone")
    if value and not _UUID.fullmatch(value):
        return Opinion("A tenant's id is five groups of hexadecimal digits, like 30663132-6464-6665-3032-326466613934.")
    return Opinion(
        remark="its issuer is changed, and restored by down" + ("" if value else "; the only tenant there is")
    )


def _email(value: str, _: Values, __: Surroundings) -> Opinion:
    if not value:
        return Opinion(NEEDED)
    return Opinion() if _EMAIL.fullmatch(value) else Opinion("It is an e-mail address, like richard@example.com.")


def _aws_profile(value: str, _: Values, around: Surroundings) -> Opinion:
    there = ", ".join(around.aws_profiles)
    if not value:
        return Opinion(remark="boto3's own choice" + (f"; or one of: {there}" if there else ""))
    if around.aws_known and value not in around.aws_profiles:
        near = difflib.get_close_matches(value, around.aws_profiles, n=1)
        hint = f"Did you mean “{near[0]}”?" if near else f"There are: {there}." if there else "There is none at all."
        return Opinion(f"AWS has no profile “{value}”. {hint}")
    return Opinion()


def _region(value: str, values: Values, around: Surroundings) -> Opinion:
    if not value:
        its_own = around.aws_profiles.get(values.get("aws.profile", "") or "default", "")
        return Opinion(remark=f"the AWS profile's: {its_own}" if its_own else "AWS_REGION, or boto3's own choice")
    try:
        return Opinion(doubt=check_region(value))
    except ConfigurationError as error:
        return Opinion(f"{error.message} {error.fix}")


FIELDS = (
    Field("name", "Name", "dev", _name),
    Field("fusionauth.url", "FusionAuth", "https://auth.example.com", _url),
    Field("fusionauth.public_url", "Public address", "none of its own, an https address, or ngrok", _public_url),
    Field("fusionauth.tenant_id", "Tenant", f"{OWN} for one of Gatelight's; empty where there is only one", _tenant),
    Field("fusionauth.user_email", "User's e-mail", "richard@example.com", _email),
    Field("aws.profile", "AWS profile", "empty: boto3's own choice", _aws_profile),
    Field("aws.region", "AWS region", "empty: the AWS profile's", _region),
)


def opinions(values: Values, around: Surroundings) -> dict[str, Opinion]:
    """What there is to say to every field's value."""
    trimmed = {key: value.strip() for key, value in values.items()}
    return {one.key: one.check(trimmed.get(one.key, ""), trimmed, around) for one in FIELDS}


def as_profile(values: Values) -> dict[str, str]:
    """The fields' values as a live profile's, by dotted key."""
    chosen = {"target": "live", **{key: value.strip() for key, value in values.items() if key != "name"}}
    if (tunnel := chosen.get("fusionauth.public_url", "")) in TUNNELS:
        chosen |= {"fusionauth.public_url": "", "tunnel.provider": tunnel}
    if chosen.get("fusionauth.tenant_id") == OWN:
        chosen |= {"fusionauth.tenant_id": "", "fusionauth.own_tenant": "true"}
    return chosen


def surroundings() -> Surroundings:
    """What there is now. Reads the person's AWS configuration: belongs on a worker thread in the app."""
    from services.aws.profiles import aws_profiles

    names = tuple(profile_names())
    try:
        return Surroundings(names, aws_profiles(), aws_known=True)
    except GatelightError:
        return Surroundings(names)


def _as_the_profile_has_it(key: str, value: str) -> Opinion:
    """What the profile's own check says to a value."""
    import tomlkit

    table, _, name = key.rpartition(".")
    try:
        parse_profile(tomlkit.dumps({table: {name: value}}), "")
    except ConfigurationError as error:
        return Opinion(error.fix)
    return Opinion()
