"""The ways to an access token, and which claims each of them will and will not carry.

Sources: FusionAuth's documentation of its tokens' claims and its release notes (1.36: `gty`; 1.37: `sid`; 1.50: `scope`
in OAuth tokens, and the strict scope policy that leaves `email` out of them).
"""

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """How a token is asked for."""

    LOGIN = "login"
    BROWSER = "browser"
    REFRESH = "refresh"


class RefreshAt(StrEnum):
    """FusionAuth's two endpoints that take a refresh token."""

    JWT_API = "api"
    OAUTH = "oauth"


@dataclass(frozen=True, slots=True)
class Wish:
    """The way a person wants; `at` matters to a refresh alone."""

    way: Way = Way.LOGIN
    at: RefreshAt = RefreshAt.JWT_API


@dataclass(frozen=True, slots=True)
class Carried:
    """What a claim (or a header member) will be in a token of one way; `present` None where it depends."""

    name: str
    present: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class WayFacts:
    """One way as people read it before they take it."""

    title: str
    carried: tuple[Carried, ...]

    @property
    def summary(self) -> str:
        """The claims in one line, for a terminal."""
        marks = {True: "with", False: "without", None: "perhaps"}
        return "; ".join(f"{marks[item.present]} {item.name} ({item.why})" for item in self.carried)


WAYS: dict[Way, WayFacts] = {
    Way.LOGIN: WayFacts(
        "Login API",
        (
            Carried("aud", True, "the application, if the user is registered to it"),
            Carried("scope", False, "unless a populate lambda adds it: fusionauth.scope"),
            Carried("gty", False, "no OAuth grant took place"),
            Carried("email", None, "FusionAuth does not say whether its strict scope policy trims these tokens"),
        ),
    ),
    Way.BROWSER: WayFacts(
        "Authorization Code with PKCE",
        (
            Carried("aud", True, "the application"),
            Carried("scope", True, "what was asked for, from FusionAuth 1.50 on"),
            Carried("gty", True, "authorization_code, in the header"),
            Carried("email", False, "the strict scope policy leaves it to the id token"),
        ),
    ),
    Way.REFRESH: WayFacts(
        "refresh token",
        (
            Carried("aud", True, "the application"),
            Carried("scope", None, "as in the login it renews"),
            Carried("gty", None, "if the login it renews was by OAuth"),
            Carried("email", None, "as in the login it renews"),
        ),
    ),
}
