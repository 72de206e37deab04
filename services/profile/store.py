"""The profiles of this person: TOML files in the configuration folder, and the built-in `sandbox`."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from services.errors import ConfigurationError
from services.profile.model import AwsSettings, FusionAuthSettings, Profile, TunnelSettings
from services.profile.paths import config_folder

BUILT_IN = "sandbox"
_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,39}$")
_UNKNOWN_KEY = re.compile(r"contains unknown field `(?P<key>[^`]*)`(?: - at `\$?\.?(?P<path>[^`]*)`)?")
_AT = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_WANTED = {
    "target": 'It is "sandbox" or "live"',
    "fusionauth.url": "Give FusionAuth's address without a path, like http://localhost:9011",
    "fusionauth.public_url": "Give an https:// address that AWS can reach, without a trailing slash",
    "fusionauth.scope": "Give one scope without blanks and quotes, 64 characters at most, like read",
    "max_age": 'Give a number of minutes, hours or days, like 90m, 8h or 3d, or "never"',
    "aws.region": "Give a region's name, like us-east-1",
    "tunnel.provider": 'It is "ngrok", "running" (an agent you started), or "none" for a public FusionAuth',
    "tunnel.publish": 'It is "discovery" or "everything"',
    "tunnel.domain": "Give a host name without https://, like three-words.ngrok-free.dev",
    **dict.fromkeys(("aws.api", "aws.function", "aws.role"), "Use up to 64 letters, digits, - and _"),
}
_KEYS = {
    "": tuple(Profile.__struct_fields__),
    "fusionauth": tuple(FusionAuthSettings.__struct_fields__),
    "aws": tuple(AwsSettings.__struct_fields__),
    "tunnel": tuple(TunnelSettings.__struct_fields__),
}


@dataclass(frozen=True, slots=True)
class NamedProfile:
    """A profile with its name, and the file it came from (None for the built-in one)."""

    name: str
    profile: Profile
    path: Path | None


def profile_path(name: str) -> Path:
    """Where the profile of that name lives, whether or not it exists. Raises ConfigurationError for a bad name."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f'"{name}" cannot be a profile\'s name.', "Use lower-case letters, digits, - and _, 40 at most."
        )
    return config_folder() / "profiles" / f"{name}.toml"


def profile_names() -> list[str]:
    """Every profile there is, the built-in one first."""
    folder = config_folder() / "profiles"
    own = sorted(path.stem for path in folder.glob("*.toml") if _NAME.fullmatch(path.stem)) if folder.is_dir() else []
    return [BUILT_IN, *(name for name in own if name != BUILT_IN)]


def load_profile(name: str = BUILT_IN) -> NamedProfile:
    """Read a profile. Raises ConfigurationError that names the file, the key and the nearest valid key."""
    path = profile_path(name)
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        if name == BUILT_IN:
            return NamedProfile(name, Profile(), None)
        near = difflib.get_close_matches(name, profile_names(), n=1)
        make = f"gatelight profile create {name}"
        hint = f'Did you mean "{near[0]}"? Or make it: {make}' if near else f"Make it: {make}"
        raise ConfigurationError(f'There is no profile "{name}": {path} does not exist.', hint) from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 text: byte {error.start} cannot be read.") from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.", "Check the file's permissions.") from None
    return NamedProfile(name, parse_profile(text, str(path)), path)


def parse_profile(text: str, source: str) -> Profile:
    """The profile in a TOML text; `source` names it in errors. Raises ConfigurationError."""
    try:
        return msgspec.toml.decode(text, type=Profile)
    except msgspec.ValidationError as error:
        raise _explain(str(error), tomllib.loads(text), source) from None
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"{source} is not valid TOML: {error}.", "Correct the line it names.") from None


def _explain(problem: str, content: Mapping[str, object], source: str) -> ConfigurationError:
    unknown = _UNKNOWN_KEY.search(problem)
    if unknown:
        key, table = unknown["key"], unknown["path"] or ""
        valid = _KEYS.get(table, ())
        where = f"[{table}] " if table else ""
        near = difflib.get_close_matches(key, valid, n=1, cutoff=0.5)
        hint = f'Did you mean "{near[0]}"?' if near else f"Valid keys: {', '.join(valid)}."
        return ConfigurationError(f'{source}: {where}has no key "{key}".', hint)
    at = _AT.search(problem)
    path = at["path"] if at else ""
    value: object = content
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else value
    wanted = _WANTED.get(path, _AT.sub("", problem).rstrip("."))
    return ConfigurationError(f"{source}: {path} cannot be {value!r}.", f"{wanted}.")
