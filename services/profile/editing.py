"""Writing profiles: a new file, one value of it, or its end. Comments stay, and nothing unusable is written."""

from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from services.errors import ConfigurationError
from services.profile.model import Profile
from services.profile.paths import state_folder
from services.profile.store import BUILT_IN, load_profile, parse_profile, profile_path
from services.whole_file import write_whole

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_HEAD = "A profile of Gatelight's. Secrets never stand here: `gatelight secrets` shows where they live."
_YES, _NO = ("true", "yes", "on"), ("false", "no", "off")


def create_profile(name: str, values: Mapping[str, str]) -> Path:
    """Write a new profile of the values given by dotted key (`fusionauth.url`); empty ones are left out.

    Raises ConfigurationError when there is one of that name, or a value cannot be.
    """
    import tomlkit

    path = profile_path(name)
    if path.exists() or name == BUILT_IN:
        raise ConfigurationError(
            f'There is a profile "{name}" already.', f"Choose another name, or change it: gatelight profile set {name}."
        )
    document = tomlkit.document()
    document.add(tomlkit.comment(_HEAD))
    for key, text in values.items():
        if text:
            _put(document, key, _typed(key, text))
    _write(path, document, is_new=True)
    return path


def set_value(name: str, key: str, text: str | None) -> Path:
    """Set one value of a profile, given by dotted key; None takes it out, so that the default counts again.

    Raises ConfigurationError when there is no such profile or key, or the value cannot be; then nothing is written.
    """
    import tomlkit

    path = profile_path(name)
    load_profile(name)
    document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
    if text is None:
        _take_out(document, key)
    else:
        _put(document, key, _typed(key, text))
    _write(path, document, is_new=False)
    return path


def delete_profile(name: str) -> Path:
    """Delete a profile's file. Raises ConfigurationError when there is none, or when what it made still exists."""
    path = profile_path(name)
    if not path.exists():
        raise ConfigurationError(f'There is no file of the profile "{name}": {path}.', "gatelight profile list")
    if has_made_something(name):
        raise ConfigurationError(
            f'What the profile "{name}" made is still there.', f"Take it back first: gatelight down --profile {name}."
        )
    path.unlink()
    return path


def has_made_something(name: str) -> bool:
    """Whether something that a live profile made is still recorded."""
    ledger = state_folder() / "ledgers" / f"{name}.json"
    return ledger.exists() and _has_records(ledger)


def default_of(key: str) -> object:
    """The value in force where a profile does not say; None for a key there is not."""
    value: object = msgspec.to_builtins(Profile())
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _typed(key: str, text: str) -> object:
    """A text as the type its key has: yes or no, a number, or itself. The profile's own check says the rest."""
    default = default_of(key)
    if isinstance(default, bool):
        return True if text.lower() in _YES else False if text.lower() in _NO else text
    if isinstance(default, int | float):
        with suppress(ValueError):
            return type(default)(text)
    return text


def _put(document: "TOMLDocument", key: str, value: object) -> None:
    import tomlkit

    table, _, last = key.rpartition(".")
    inside = document if not table else document.get(table)
    if inside is None:
        inside = tomlkit.table()
        document.add(table, inside)
    if not isinstance(inside, MutableMapping):
        raise ConfigurationError(f'"{table}" is not a table of the profile.', "Correct its file by hand.")
    inside[last] = value


def _take_out(document: "TOMLDocument", key: str) -> None:
    table, _, last = key.rpartition(".")
    inside = document if not table else document.get(table, {})
    if default_of(key) is None:
        _put(document, key, "")  # the profile's own check names the nearest key
    elif isinstance(inside, MutableMapping) and last in inside:
        del inside[last]


def _has_records(ledger: Path) -> bool:
    try:
        content = msgspec.json.decode(ledger.read_bytes())
    except (OSError, msgspec.DecodeError):
        return True  # unreadable: better to keep what may belong to it
    return isinstance(content, dict) and any(content.get(part) for part in ("records", "intents"))


def _write(path: Path, document: "TOMLDocument", *, is_new: bool) -> None:
    """Write in one piece what has been checked before. A new file never takes the place of another."""
    text = document.as_string()
    parse_profile(text, path.name)
    target = path.resolve()  # a link to where the person keeps such files stays one
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_new:
            target.touch(mode=0o600, exist_ok=False)
        write_whole(target, text.encode())
    except OSError as error:
        raise ConfigurationError(f'"{path}" cannot be written: {error.strerror}.', "Nothing was changed.") from None
