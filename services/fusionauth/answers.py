"""FusionAuth's statuses and error bodies in words.

Its errors are `{"fieldErrors": {path: [{code, message}]}, "generalErrors": [{code, message}]}` where either part may be
absent (FusionAuth documentation, "Errors"); 401 and 404 carry no body at all.
"""

from typing import Any

from services.errors import RemoteError
from services.http import Reply

_NGROK = "ngrok-error-code"  # on every answer that ngrok gives in the place of what it leads to
# FusionAuth documentation, the response codes of its APIs; what a body says, where there is one, goes first.
_GENERIC = {
    500: (": something went wrong inside it", "Look into FusionAuth's own log, under System → Event Log."),
    503: (": its search index cannot be reached", "Start the search engine it is configured with, or wait for it."),
    504: (
        ": a webhook with a transaction refused, or did not answer",
        "Look at FusionAuth's webhooks, and at the events whose transactions the tenant waits for.",
    ),
}


def problems(reply: Reply) -> list[tuple[str, str]]:
    """The (code, message) pairs of an error body; empty for any other body."""
    content = reply.json()
    if not isinstance(content, dict):
        return []
    fields = content.get("fieldErrors")
    groups = list(fields.values()) if isinstance(fields, dict) else []
    groups.append(content.get("generalErrors"))
    return [
        (str(error.get("code", "")), str(error.get("message", "")))
        for group in groups
        if isinstance(group, list)
        for error in group
        if isinstance(error, dict)
    ]


def is_page(reply: Reply) -> bool:
    """Whether something other than FusionAuth's API answered: a login form, a proxy's page, a tunnel's notice.

    Its 404 must never be taken for something that is gone.
    """
    return "text/html" in reply.headers.get("content-type", "").lower() or _NGROK in reply.headers


def refusal(reply: Reply, method: str, path: str) -> RemoteError:
    """The error for a status the caller did not expect."""
    call = f"{method} {path}"
    status = reply.status
    if is_page(reply) or 300 <= status < 400:
        return RemoteError(
            f"Something other than FusionAuth's API answered {call}: status {status}, {_described(reply)}.",
            "Check fusionauth.url in the profile: a proxy, a tunnel's notice or a login page may stand in front.",
            status=status,
        )
    if status == 401:
        return RemoteError(
            f"FusionAuth refused the API key for {call} (401).",
            "Use a key that is valid and may call this endpoint: Settings → API Keys in FusionAuth.",
            status=status,
        )
    if status == 404:
        return RemoteError(
            f"FusionAuth knows nothing at {path} (404).",
            "It may have been deleted, or belong to another tenant.",
            status=status,
        )
    found = problems(reply)
    if found:
        code, said = found[0][0], " ".join(message or code for code, message in found)
        return RemoteError(
            f"FusionAuth refused {call} ({status}): {said}{_id(reply)}",
            _advice(code),
            status=status,
            code=code,
        )
    because, fix = _GENERIC.get(status, ("", "Try again; if it stays, look into FusionAuth's own log."))
    return RemoteError(f"FusionAuth answered {call} with status {status}{because}.{_id(reply)}", fix, status=status)


def _id(reply: Reply) -> str:
    """What FusionAuth, or a proxy in front of it, calls the request in its own logs."""
    return f" Request id: {reply.exchange.request_id}." if reply.exchange.request_id else ""


def _described(reply: Reply) -> str:
    """What can be told of an answer that is not FusionAuth's: who gave it, or where it leads, or its kind."""
    if code := reply.headers.get(_NGROK):
        return f"ngrok's {code}"
    if location := reply.headers.get("location"):
        return f'a redirect to "{location.partition("?")[0][:200]}"'
    return f'content type "{reply.headers.get("content-type", "")}"'


def member(reply: Reply, name: str, path: str) -> Any:
    """The member of a 2xx body that holds the object asked for. Raises RemoteError when it is not there."""
    content = reply.json()
    if isinstance(content, dict) and name in content:
        return content[name]
    raise RemoteError(
        f'FusionAuth\'s answer at {path} holds no "{name}".',
        "Check fusionauth.url in the profile: is it FusionAuth that answers there?",
        status=reply.status,
    )


def _advice(code: str) -> str:
    if code == "[duplicate]application.name":
        return "Choose another name for fusionauth.application in the profile, or delete that application."
    if code == "[TenantIdRequired]":
        return "Set fusionauth.tenant_id in the profile."
    if code == "[invalid]applicationId":
        return "The application is gone or deactivated: gatelight up makes it good."
    if code.endswith("user.password"):
        return "Set a password that FusionAuth's rules allow in GATELIGHT_USER_PASSWORD."
    return "Correct what it names and run the step again."
