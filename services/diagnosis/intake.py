"""What a person brings to the doctor, in any mix. Nothing in it has been asked, read or verified yet."""

from dataclasses import dataclass, fields
from typing import Any

from services.gateway.rules import JwtAuthorizer
from services.redact import Secret
from services.tokens.keys import KeySet


@dataclass(frozen=True, slots=True)
class Presented:
    """A token as the gateway would be given it: the whole header or parameter value, exactly.

    `origin` says where it came from, for people ("standard input", "the Login API", "the curl command").
    `note` is what is worth knowing about how it came; `unregistered` that it came with FusionAuth's 202.
    `place` is where the request carries it, in the gateway's words (`$request.header.Authorization`,
    `$request.querystring.token`); empty where only the token is known.
    """

    value: Secret
    origin: str
    note: str = ""
    place: str = ""
    unregistered: bool = False


@dataclass(frozen=True, slots=True)
class CapturedAnswer:
    """A response somebody got and kept, as `curl -i` prints it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


@dataclass(frozen=True, slots=True)
class Intake:
    """All that was given. What is empty was not given, and its checks come out as not checked.

    `headers` are those of the request in a pasted command, without the token's; what may be a credential is a Secret.
    `notes` say, a sentence each, what is odd in what was pasted, or was in it and could not be taken.
    `described` is an authorizer that a person describes by hand where AWS cannot be asked; `route_scopes` go with it.
    """

    url: str = ""
    method: str = "GET"
    headers: tuple[tuple[str, str | Secret], ...] = ()
    api_id: str = ""
    presented: Presented | None = None
    captured: CapturedAnswer | None = None
    log_line: str = ""
    keys: KeySet | None = None
    keys_origin: str = ""
    described: JwtAuthorizer | None = None
    route_scopes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def or_else(self, other: "Intake") -> "Intake":
        """This intake, with what it leaves empty taken from `other`; the notes of both."""
        taken: dict[str, Any] = {
            each.name: getattr(other, each.name) for each in fields(self) if getattr(self, each.name) == each.default
        }
        return Intake(
            **{each.name: getattr(self, each.name) for each in fields(self)}
            | taken
            | {"notes": tuple(dict.fromkeys((*self.notes, *other.notes)))}
        )
