"""A diagnosis as it may be shown: findings quote values as they are, and a secret may stand in any of them."""

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from services.redact import Redactor

T = TypeVar("T")


def masked_for(redactor: Redactor, value: T) -> T:
    """`value` (a diagnosis or a part of one) with every known secret taken out of its texts."""
    shown: T = _masked(redactor, value)
    return shown


def _masked(redactor: Redactor, value: Any) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return redactor.mask(value)
    if isinstance(value, tuple):
        return tuple(_masked(redactor, entry) for entry in value)
    if is_dataclass(value) and not isinstance(value, type):
        old = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
        new = {name: _masked(redactor, entry) for name, entry in old.items()}
        return value if new == old else replace(value, **new)
    return value
