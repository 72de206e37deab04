"""From JSON to domain objects and back, in FusionAuth's manner: camel case, no nulls, `[invalidJSON]` on a bad type."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec

from services.sandbox.fusionauth.errors import field_error, general_error

Json = dict[str, Any]
Duration = Annotated[int, msgspec.Meta(gt=0, le=2**31 - 1)]
Instant = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]  # milliseconds since the epoch
MAXIMUM_DEPTH = 64


class Wire(msgspec.Struct, rename="camel"):
    """Base of everything that travels as JSON."""


T = TypeVar("T", bound=Wire)


def to_json(value: object) -> Any:
    """`value` as plain JSON data, without the properties that are null."""
    return _without_nulls(msgspec.to_builtins(value))


def from_json(data: object, kind: type[T]) -> T:
    """`data` as a `kind`; a null is as good as nothing.

    Raises `Refused` (400) naming the property whose value has the wrong type.
    """
    try:
        return msgspec.convert(_without_nulls(data), kind, strict=False)
    except msgspec.ValidationError as error:
        detail, _, path = str(error).rpartition(" - at `$")
        if " matching regex " in detail:
            detail = "The text is not of the form that this property has"
        name = path.rstrip("`").lstrip(".")
        message = f"The property [{name}] was invalid. The detailed exception was [{detail}]."
        if name:
            raise field_error(name, "invalidJSON", f"Unable to parse JSON. {message}") from None
        raise general_error("invalidJSON", f"Unable to parse JSON. {message}") from None


def parse(content: bytes) -> Json:
    """The JSON object in a request body; an empty body is an empty object. Raises `Refused` (400)."""
    if not content.strip():
        return {}
    try:
        data = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"Unable to parse JSON. The detailed exception was [{error}]."
        raise general_error("invalidJSON", message) from None
    if not isinstance(data, dict):
        raise general_error("invalidJSON", "Unable to parse JSON. The request body must be a JSON object.")
    if deeper_than(data, MAXIMUM_DEPTH):
        raise general_error("invalidJSON", f"Unable to parse JSON. It is nested deeper than [{MAXIMUM_DEPTH}] levels.")
    return data


def merged(target: Json, patch: Json) -> Json:
    """`target` with `patch` merged into it: objects recursively, null removes, everything else replaces (RFC 7396)."""
    result = dict(target)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            known = result.get(name)
            result[name] = merged(known if isinstance(known, dict) else {}, value)
        else:
            result[name] = value
    return result


def replaced(value: T, **changes: object) -> T:
    """A copy of `value` with some fields changed (typed stand-in for `msgspec.structs.replace`)."""
    copy: Callable[..., T] = msgspec.structs.replace
    return copy(value, **changes)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def deeper_than(value: Any, limit: int) -> bool:
    """Whether lists and objects are nested in each other more than `limit` times."""
    level: list[Any] = [value]
    for _ in range(limit):
        level = [
            item
            for holder in level
            for item in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True
