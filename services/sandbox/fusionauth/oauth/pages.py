"""The pages a person sees: plain HTML that works without scripts. Every text from outside is escaped."""

import base64
import hashlib
import json
from collections.abc import Mapping
from html import escape

from starlette.responses import HTMLResponse

from services.page import STYLE_POLICY, page

_SUBMIT = "document.forms[0].submit()"
_SUBMIT_HASH = base64.b64encode(hashlib.sha256(_SUBMIT.encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "no-store",
    # No form-action: browsers apply it to redirects as well, and those lead to the application.
    "Content-Security-Policy": (
        f"default-src 'none'; {STYLE_POLICY}; base-uri 'none'; frame-ancestors 'none'; "
        f"script-src 'sha256-{_SUBMIT_HASH}'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
_NOTICE = (
    '<p class="quiet">This is the login page of a sandbox on your own computer. '
    "No password of yours belongs here, only the sandbox's.</p>"
)


def login_page(hidden: Mapping[str, str], *, application: str, login_id: str = "", message: str = "") -> HTMLResponse:
    """The form that asks for name and password; who is named already has only the password to type."""
    wrong = bool(message)
    fields = (
        _input(
            "loginId", "Email or username", f'value="{escape(login_id)}" autocomplete="username"', not login_id, wrong
        )
        + _input("password", "Password", 'type="password" autocomplete="current-password"', bool(login_id), wrong)
        + "<button>Log in</button>"
    )
    return _page(f"Log in to {application}", _message(message) + _form("/oauth2/authorize", hidden, fields) + _NOTICE)


def code_page(hidden: Mapping[str, str], *, application: str, message: str = "") -> HTMLResponse:
    """The form that asks for the code of the second factor."""
    attributes = 'inputmode="numeric" autocomplete="one-time-code"'
    fields = _input("code", "Verification code", attributes, True, bool(message)) + "<button>Verify</button>"
    body = _message(message) + _form("/oauth2/authorize", hidden, fields) + _NOTICE
    return _page(f"Log in to {application}", body)


def message_page(title: str, message: str, status: int = 200) -> HTMLResponse:
    """A page that says why it does not go on."""
    return _page(title, _message(message), status)


def error_page(error: Mapping[str, object]) -> HTMLResponse:
    """400: a request that must not be answered to its redirect address; the page shows the error's JSON."""
    description = _message(str(error.get("error_description", "")))
    return _page("The request is invalid", f"{description}<pre>{escape(json.dumps(error, indent=2))}</pre>", 400)


def form_post_page(address: str, answer: Mapping[str, str]) -> HTMLResponse:
    """The answer as a form for the application, sent by itself or, without scripts, by its button."""
    body = _form(address, answer, "<button>Continue</button>") + f"<script>{_SUBMIT}</script>"
    return _page("Back to the application", body)


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(page(title, body), status, _HEADERS)


def _form(action: str, hidden: Mapping[str, str], fields: str) -> str:
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items()
    )
    return f'<form method="post" action="{escape(action)}">{inputs}{fields}</form>'


def _input(name: str, label: str, attributes: str, focus: bool, wrong: bool) -> str:
    state = " autofocus" * focus + ' aria-invalid="true" aria-describedby="problem"' * wrong
    return f'<label for="{name}">{label}</label><input id="{name}" name="{name}" required {attributes}{state}>'


def _message(message: str) -> str:
    return f'<p role="alert" id="problem">{escape(message)}</p>' if message else ""
