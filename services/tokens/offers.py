"""What a person can choose from: the ways to a token, what each carries, and why one is not possible now."""

from dataclasses import dataclass, replace

from services.tokens.hand import TokenInHand
from services.tokens.ways import WAYS, Carried, RefreshAt, Way, Wish

_LOG_IN_FIRST = "a refresh token comes with a login, in one of the other ways"
_LOGIN_HOW = (
    "Gatelight sends the user's name and password to FusionAuth, and asks you for the code of a second factor where "
    "one is needed."
)
_BROWSER_HOW = (
    "You log in on FusionAuth's own page in your browser, with a second factor if it asks for one. Where the browser "
    "is on another machine, you paste back the address it ends at."
)
_REFRESHES = {
    RefreshAt.JWT_API: (
        "Refresh token at /api/jwt/refresh",
        "No login: FusionAuth's JWT API takes the refresh token that came with the token in hand.",
    ),
    RefreshAt.OAUTH: (
        "Refresh token at /oauth2/token",
        "No login: OAuth's token endpoint takes the refresh token that came with the token in hand.",
    ),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One way as it is offered. `obstacle` says why it is not possible now; empty when it is."""

    wish: Wish
    title: str
    how: str
    carried: tuple[Carried, ...]
    obstacle: str = ""


def offers(
    *, provisioned: bool, has_password: bool, held: TokenInHand | None, login_note: str = ""
) -> tuple[Offer, ...]:
    """All ways in the order people try them. `login_note` is what a browser needs besides."""
    refreshable = held is not None and bool(held.refresh_token)
    login, browser, refresh = (WAYS[way] for way in (Way.LOGIN, Way.BROWSER, Way.REFRESH))
    no_password = "" if has_password else "there is no password: set GATELIGHT_USER_PASSWORD"
    found = [
        Offer(Wish(Way.LOGIN), login.title, _LOGIN_HOW, login.carried, no_password),
        Offer(Wish(Way.BROWSER), f"Browser: {browser.title}", f"{_BROWSER_HOW} {login_note}".rstrip(), browser.carried),
    ]
    for at, (title, how) in _REFRESHES.items():
        obstacle = "" if refreshable else "the token in hand came without a refresh token" if held else _LOG_IN_FIRST
        found.append(Offer(Wish(Way.REFRESH, at), title, how, refresh.carried, obstacle))
    if not provisioned:
        return tuple(replace(offer, obstacle="FusionAuth is not provisioned yet") for offer in found)
    return tuple(found)
