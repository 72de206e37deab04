"""A browser without JavaScript, as far as the login page needs one, and an application that uses the code grant."""

import base64
import hashlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from tests.sandbox_fusionauth.conftest import TIMEOUT, Client

CALLBACK = "http://localhost:8765/callback"
VERIFIER = "a-code-verifier-that-is-long-enough-for-the-standard-4711"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


class Page(HTMLParser):
    """A page as a browser reads it: the form's address and fields, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        if tag == "form":
            self.action = values["action"] or ""
        if tag == "input":
            self.fields[values["name"] or ""] = values.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"]:
            self.text += data


@dataclass
class Browser:
    """Opens the login page, fills in the form and sends it, with the cookies a browser keeps."""

    fusionauth: Client
    session: requests.Session = field(default_factory=requests.Session)

    def open(self, **parameters: str) -> requests.Response:
        """The authorize endpoint with these parameters. Nothing is redirected."""
        url = f"{self.fusionauth.url}/oauth2/authorize"
        return self.session.get(url, params=parameters, timeout=TIMEOUT, allow_redirects=False)

    def send(self, page: requests.Response, **typed: str) -> requests.Response:
        """The form of that page, with something typed in."""
        form = Page(page.text)
        url = self.fusionauth.url + form.action
        return self.session.post(url, data=form.fields | typed, timeout=TIMEOUT, allow_redirects=False)

    def log_in(self, user: dict[str, Any], **parameters: str) -> requests.Response:
        """Open the page and log in with the right password."""
        return self.send(self.open(**parameters), loginId=user["email"], password="password")


def asked(application: dict[str, Any], **more: str) -> dict[str, str]:
    """The parameters of an authorization request."""
    return {"client_id": application["id"], "redirect_uri": CALLBACK, "response_type": "code"} | more


def answered(response: requests.Response) -> dict[str, str]:
    """The parameters in the query of the address the response redirects to."""
    assert response.status_code == 302, (response.status_code, response.text)
    location = response.headers["location"]
    assert location.startswith(f"{CALLBACK}?"), location
    return dict(parse_qsl(urlsplit(location).query))


@dataclass
class App:
    """An application registered with FusionAuth, and a user who may or may not be registered to it."""

    fusionauth: Client
    registered: dict[str, Any]
    user: dict[str, Any]

    @classmethod
    def new(cls, fusionauth: Client, *, register: bool = True, **oauth: object) -> "App":
        """An application that signs with RSA and gives refresh tokens, unless `oauth` says otherwise."""
        configuration = {"authorizedRedirectURLs": [CALLBACK], "generateRefreshTokens": True, **oauth}
        application = fusionauth.new_application(
            jwtConfiguration=fusionauth.rs256(), oauthConfiguration=configuration, roles=[{"name": "reader"}]
        )
        user = fusionauth.new_user(username="richard", firstName="Richard", mobilePhone="555")
        if register:
            fusionauth.register(user, application, roles=["reader"])
        return cls(fusionauth, application, user)

    @property
    def secret(self) -> str:
        """The client secret."""
        secret: str = self.registered["oauthConfiguration"]["clientSecret"]
        return secret

    def code(self, **parameters: str) -> str:
        """A code for the user."""
        return answered(Browser(self.fusionauth).log_in(self.user, **asked(self.registered, **parameters)))["code"]

    def post(
        self, path: str, fields: dict[str, str], *, basic: tuple[str, str] | None = None, **headers: str
    ) -> requests.Response:
        """A form-encoded request to an OAuth endpoint."""
        url = self.fusionauth.url + path
        return requests.post(url, data=fields, auth=basic, headers=headers, timeout=TIMEOUT)

    def token(self, grant_type: str, **fields: str) -> requests.Response:
        """A request to the token endpoint, with the secret in the body."""
        client = {"client_id": self.registered["id"], "client_secret": self.secret, "grant_type": grant_type}
        return self.post("/oauth2/token", client | fields)

    def exchange(self, code: str, **fields: str) -> requests.Response:
        """Exchange a code."""
        return self.token("authorization_code", **({"code": code, "redirect_uri": CALLBACK} | fields))

    def tokens(self, scope: str) -> dict[str, Any]:
        """Everything the code grant gives for these scopes."""
        body: dict[str, Any] = self.exchange(self.code(scope=scope)).json()
        return body


def error(response: requests.Response, status: int = 400) -> tuple[str, str]:
    """The error's type and reason."""
    assert response.status_code == status, (response.status_code, response.text)
    body = response.json()
    assert body["error_description"]
    return body["error"], body["error_reason"]
