"""Authorization Code with PKCE through a browser (RFC 6749, 7636, 8252, 9207; OpenID Connect Core)."""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from services.cancel import Cancellation
from services.errors import ExpectationFailed
from services.fusionauth.client import FusionAuth
from services.fusionauth.redirect import FOLDER, registered
from services.http import HttpClient
from services.redact import Redactor, Secret
from services.tokens.acquire import read_token
from services.tokens.callback import Answer, Callback, NotOurs, read_answer
from services.tokens.hand import TokenInHand
from services.tokens.oauth import OAuthClient, TokenAnswer, ask_for_tokens, explained
from services.tokens.pkce import METHOD, Proof
from services.tokens.visit import Attend, Visit
from services.tokens.ways import WAYS, Way

LOGIN_SECONDS = 300.0
STANDARD_SCOPES = ("openid", "offline_access")  # an id token, whose nonce is checked, and a refresh token

Open = Callable[[str], bool]  # opens an address in a browser here; False when there is none
PasteBack = Callable[[Secret, float], str]  # shows an address, gives the one the browser ended at; a monotonic deadline


@dataclass(frozen=True, slots=True)
class Journey:
    """One login through a browser: where to, as whom, and what must come back."""

    client: OAuthClient
    tenant_id: str
    issuer: str
    scopes: tuple[str, ...] = ()
    login_hint: str = ""
    public_url: str = ""  # where a browser on another machine reaches FusionAuth, if it does
    login_note: str = ""  # what a browser needs where the world does not see the login page
    state: Secret = field(default_factory=lambda: Secret(secrets.token_urlsafe(32)))
    nonce: Secret = field(default_factory=lambda: Secret(secrets.token_urlsafe(32)))
    proof: Proof = field(default_factory=Proof)

    def authorize_url(self, redirect_url: str, *, from_elsewhere: bool = False) -> Secret:
        """Where the login begins, for a browser here or on another machine; it holds the state."""
        query = {
            "client_id": self.client.client_id,
            "redirect_uri": redirect_url,
            "response_type": "code",
            "scope": " ".join(dict.fromkeys((*STANDARD_SCOPES, *self.scopes))),
            "tenantId": self.tenant_id,
            "state": self.state.reveal(),
            "nonce": self.nonce.reveal(),
            "code_challenge": self.proof.challenge,
            "code_challenge_method": METHOD,
        }
        if self.login_hint:
            query["login_hint"] = self.login_hint
        place = self.public_url if from_elsewhere and self.public_url else self.client.url
        return Secret(f"{place}/oauth2/authorize?{urlencode(query)}")


def log_in_by_browser(
    journey: Journey,
    fusionauth: FusionAuth,
    http: HttpClient,
    redactor: Redactor,
    cancellation: Cancellation,
    *,
    open_browser: Open | None = None,
    paste_back: PasteBack | None = None,
    attend: Attend | None = None,
    seconds: float = LOGIN_SECONDS,
) -> TokenInHand:
    """Log in on FusionAuth's own page and return the access token, with the refresh token where one came.

    The application has the redirect URL for as long as this takes. With `open_browser` the answer arrives at a loopback
    address; where that is absent or finds no browser, `paste_back` asks for it. `attend` stands in for `paste_back`
    where the person may paste at any time: it is told of the login and returns at once. Raises ExpectationFailed for
    an answer that is late, not ours, or an error.
    """
    redactor.register(journey.state, journey.nonce, journey.proof.verifier, journey.client.client_secret)
    deadline = time.monotonic() + seconds
    page = urlsplit(journey.client.url)
    path, start_path = f"{FOLDER}{secrets.token_urlsafe(16)}", f"/start/{secrets.token_urlsafe(16)}"
    with (
        Callback(
            journey.state,
            origin=f"{page.scheme}://{page.netloc}",
            path=path,
            start_path=start_path,
            issuer=journey.issuer,
        ) as callback,
        registered(fusionauth, journey.client.client_id, journey.tenant_id, callback.redirect_url),
    ):
        callback.lead_to(journey.authorize_url(callback.redirect_url))
        cancellation.check()
        opened = open_browser is not None and open_browser(callback.start_url)
        url = journey.authorize_url(callback.redirect_url, from_elsewhere=True)
        if attend is not None:
            attend(
                Visit(url, opened, seconds, lambda text: _hand_in(text, journey.state, callback), journey.login_note)
            )
        elif paste_back is not None and not opened:
            callback.take(_pasted(paste_back(url, deadline), journey.state))
        elif not opened:
            raise ExpectationFailed("There is no browser here to log in with.", "Use --no-browser.")
        answer = callback.wait(cancellation, deadline)
        cancellation.check()
        return _exchange(journey, answer, callback.redirect_url, http, redactor)


def _hand_in(text: str, state: Secret, callback: Callback) -> None:
    callback.take(_pasted(text, state))


def _pasted(text: str, state: Secret) -> Answer:
    try:
        return read_answer(urlsplit(text.strip()).query, state)
    except (NotOurs, ValueError) as problem:
        raise ExpectationFailed(
            f"What was pasted is not the address the login ended at. {problem}",
            "Copy the whole address out of the browser's address bar, though the page there cannot be reached.",
        ) from None


def _exchange(journey: Journey, answer: Answer, redirect_url: str, http: HttpClient, redactor: Redactor) -> TokenInHand:
    """The tokens for the code, once the answer proved to be of the right issuer."""
    if not answer.comes_from(journey.issuer):
        raise ExpectationFailed(
            f'The answer comes from the issuer "{answer.issuer}", expected was "{journey.issuer}".',
            "Nothing was sent there. Check which FusionAuth the browser was led to.",
        )
    if answer.error:
        raise explained(answer.error, answer.description)
    redactor.register(answer.code)
    tokens = ask_for_tokens(
        journey.client,
        {
            "grant_type": "authorization_code",
            "code": answer.code,
            "redirect_uri": redirect_url,
            "code_verifier": journey.proof.verifier,
        },
        http,
    )
    _check_id_token(tokens, journey)
    held = read_token(tokens.access_token, 200)
    return TokenInHand(
        held.secret, held.decoded, WAYS[Way.BROWSER].title, "", Secret(tokens.refresh_token), Way.BROWSER
    )


def _check_id_token(tokens: TokenAnswer, journey: Journey) -> None:
    """The id token must repeat our nonce, be for us and of our issuer (OpenID Connect Core, 3.1.3.7).

    It comes straight from the token endpoint, so its signature says nothing that the connection does not.
    """
    claims = read_token(tokens.id_token, 200).decoded.claims if tokens.id_token else {}
    expected = {"nonce": journey.nonce.reveal(), "aud": journey.client.client_id, "iss": journey.issuer}
    for name, value in expected.items():
        if not _same(str(claims.get(name, "")), value):
            raise ExpectationFailed(
                f"The id token's {name} is not the one of this login: the answer belongs to another one.",
                "Nothing of it was kept. Log in again; if it stays, check what stands between here and FusionAuth.",
            )


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
