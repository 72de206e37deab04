"""JSON Patch (RFC 6902): a list of operations that change a document one after the other, or not at all."""

import copy
from typing import Any

import msgspec

from services.sandbox.fusionauth.errors import Refused, general_error
from services.sandbox.fusionauth.models.wire import MAXIMUM_DEPTH, Json, deeper_than

MAXIMUM_OPERATIONS = 100
MAXIMUM_SIZE = 2_000_000  # bytes


class _Operation(msgspec.Struct, rename={"source": "from"}):
    op: str
    path: str
    source: str | None = None
    value: Any = msgspec.UNSET


def applied(content: bytes, document: Json) -> Json:
    """The document after the operations in `content`. Raises `Refused` (400) if one of them cannot be done.

    FusionAuth documents that it takes JSON Patch, not how it refuses one: the error's code is the sandbox's choice.
    """
    try:
        operations = msgspec.json.decode(content, type=list[_Operation])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused(f"The detailed exception was [{error}].") from None
    if len(operations) > MAXIMUM_OPERATIONS:
        raise _refused(f"There are more than [{MAXIMUM_OPERATIONS}] operations.")
    result: Any = copy.deepcopy(document)
    for operation in operations:
        try:
            result = _apply(operation, result)
        except (LookupError, ValueError, TypeError):
            raise _refused(f"The operation [{operation.op}] at [{operation.path}] cannot be done.") from None
        if not isinstance(result, dict) or deeper_than(result, MAXIMUM_DEPTH):
            raise _refused(f"The operation at [{operation.path}] leaves no object of at most [{MAXIMUM_DEPTH}] levels.")
        if len(msgspec.json.encode(result)) > MAXIMUM_SIZE:  # each copy could double it
            raise _refused(f"The document grew beyond [{MAXIMUM_SIZE}] bytes.")
    return dict(result)


def _apply(operation: _Operation, document: Any) -> Any:
    match operation.op:
        case "test":
            if _at(document, operation.path) != _value(operation):
                raise ValueError
        case "remove":
            _remove(document, operation.path)
        case "add":
            return _add(document, operation.path, _value(operation))
        case "replace":
            _at(document, operation.path)
            return _put(document, operation.path, _value(operation))
        case "move" if not operation.path.startswith(f"{operation.source}/"):
            value = _at(document, _source(operation))
            _remove(document, _source(operation))
            return _add(document, operation.path, value)
        case "copy":
            return _add(document, operation.path, copy.deepcopy(_at(document, _source(operation))))
        case _:
            raise ValueError
    return document


def _add(document: Any, path: str, value: Any) -> Any:
    holder, key = _holder(document, path)
    if isinstance(holder, list):
        holder.insert(len(holder) if key == "-" else _index(key, len(holder) + 1), value)
        return document
    return _put(document, path, value)


def _put(document: Any, path: str, value: Any) -> Any:
    if not path:
        return value
    holder, key = _holder(document, path)
    if isinstance(holder, list):
        holder[_index(key, len(holder))] = value
    else:
        holder[key] = value
    return document


def _remove(document: Any, path: str) -> None:
    _at(document, path)
    holder, key = _holder(document, path)
    del holder[_index(key, len(holder)) if isinstance(holder, list) else key]


def _at(document: Any, path: str) -> Any:
    if not path:
        return document
    holder, key = _holder(document, path)
    return holder[_index(key, len(holder)) if isinstance(holder, list) else key]


def _holder(document: Any, path: str) -> tuple[Any, str]:
    """The object or list that a JSON Pointer (RFC 6901) leads to, and the last name or index in it."""
    root, *names = path.split("/")
    if root or not names:
        raise ValueError
    keys = [name.replace("~1", "/").replace("~0", "~") for name in names]
    for key in keys[:-1]:
        document = document[_index(key, len(document)) if isinstance(document, list) else key]
    if not isinstance(document, dict | list):
        raise TypeError
    return document, keys[-1]


def _index(key: str, length: int) -> int:
    if not (key.isascii() and key.isdigit() and len(key) <= 6) or int(key) >= length:
        raise LookupError
    return int(key)


def _value(operation: _Operation) -> Any:
    if operation.value is msgspec.UNSET:
        raise ValueError
    return operation.value


def _source(operation: _Operation) -> str:
    if operation.source is None:
        raise ValueError
    return operation.source


def _refused(detail: str) -> Refused:
    return general_error("invalidJSON", f"Unable to apply the JSON Patch. {detail}")
