"""How this FusionAuth says no: a status, with the documented JSON where there is one and an empty body otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class Refused(Exception):
    """A request that is not served: the status and the JSON body of the answer (None: an empty body)."""

    def __init__(self, status: int, body: Mapping[str, Any] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def unauthorized() -> Refused:
    """401: no API key, or one that may not do this. FusionAuth does not say which; the body is empty."""
    return Refused(401)


def not_found() -> Refused:
    """404 with an empty body."""
    return Refused(404)


@dataclass(slots=True)
class Errors:
    """Validation errors in FusionAuth's shape: a map from field to a list of errors, and a list of general ones."""

    fields: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    general: list[dict[str, str]] = field(default_factory=list)

    def add(self, name: str, code: str, message: str) -> None:
        """Add an error of the field `name`; its full code is `[code]name`."""
        self.fields.setdefault(name, []).append({"code": f"[{code}]{name}", "message": message})

    def blank(self, name: str) -> None:
        """The field is required and missing or empty."""
        self.add(name, "blank", f"You must specify the [{name}] property.")

    def duplicate(self, kind: str, name: str, value: str) -> None:
        """Another object of that `kind` ("Application") already has this value in the field `name`."""
        label = name.rpartition(".")[2]
        article = "An" if kind[0] in "AEIO" else "A"
        self.add(name, "duplicate", f"{article} {kind} with {label} = [{value}] already exists.")

    def invalid(self, name: str, message: str) -> None:
        """The field holds a value that cannot be used."""
        self.add(name, "invalid", message)

    def raise_if_any(self) -> None:
        """Raise `Refused` with status 400 if there is any error."""
        if self.fields or self.general:
            body: dict[str, Any] = {}
            if self.fields:
                body["fieldErrors"] = self.fields
            if self.general:
                body["generalErrors"] = self.general
            raise Refused(400, body)


def general_error(code: str, message: str) -> Refused:
    """400 with one general error."""
    return Refused(400, {"generalErrors": [{"code": f"[{code}]", "message": message}]})


def field_error(name: str, code: str, message: str) -> Refused:
    """400 with one error of the field `name`."""
    return Refused(400, {"fieldErrors": {name: [{"code": f"[{code}]{name}", "message": message}]}})
