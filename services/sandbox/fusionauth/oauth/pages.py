"""The pages a person sees: plain HTML that works without scripts. Every text from outside is escaped."""

import base64
import hashlib
import json
from collections.abc import Mapping
from html import escape

from starlette.responses import HTMLResponse

_SUBMIT = "document.forms[0].submit()"
_SUBMIT_HASH = base64.b64encode(hashlib.sha256(_SUBMIT.encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "no-store",
    # No form-action: browsers apply it to redirects as well, and those lead to the application.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
        f"script-src 'sha256-{_SUBMIT_HASH}'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:22rem;margin:12vh auto;padding:0 1rem}"
    "label,input,button{display:block;width:100%;box-sizing:border-box}label{margin-top:1rem}"
    "input,button{font:inherit;padding:.5rem}button{margin-top:1.5rem}pre{white-space:pre-wrap}"
)


def login_page(hidden: Mapping[str, str], *, application: str, login_id: str = "", message: str = "") -> HTMLResponse:
    """The form that asks for name and password."""
    fields = (
        _input("loginId", "Email or username", f'value="{escape(login_id)}" autocomplete="username" autofocus')
        + _input("password", "Password", 'type="password" autocomplete="current-password"')
        + "<button>Log in</button>"
    )
    return _page(f"Log in to {application}", _message(message) + _form("/oauth2/authorize", hidden, fields))


def code_page(hidden: Mapping[str, str], *, application: str, message: str = "") -> HTMLResponse:
    """The form that asks for the code of the second factor."""
    field = _input("code", "Verification code", 'inputmode="numeric" autocomplete="one-time-code" autofocus')
    body = _message(message) + _form("/oauth2/authorize", hidden, field + "<button>Verify</button>")
    return _page(f"Log in to {application}", body)


def message_page(title: str, message: str, status: int = 200) -> HTMLResponse:
    """A page that says why it does not go on."""
    return _page(title, _message(message), status)


def error_page(error: Mapping[str, object]) -> HTMLResponse:
    """400: a request that must not be answered to its redirect address; the page shows the error's JSON."""
    return _page("The request is invalid", f"<pre>{escape(json.dumps(error, indent=2))}</pre>", 400)


def form_post_page(address: str, answer: Mapping[str, str]) -> HTMLResponse:
    """The answer as a form for the application, sent by itself or, without scripts, by its button."""
    body = _form(address, answer, "<button>Continue</button>") + f"<script>{_SUBMIT}</script>"
    return _page("Back to the application", body)


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    content = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )
    # Text from outside may hold lone surrogates, which have no place in UTF-8.
    return HTMLResponse(content.encode(errors="replace"), status, _HEADERS)


def _form(action: str, hidden: Mapping[str, str], fields: str) -> str:
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items()
    )
    return f'<form method="post" action="{escape(action)}">{inputs}{fields}</form>'


def _input(name: str, label: str, attributes: str) -> str:
    return f'<label for="{name}">{label}</label><input id="{name}" name="{name}" required {attributes}>'


def _message(message: str) -> str:
    return f'<p role="alert">{escape(message)}</p>' if message else ""
