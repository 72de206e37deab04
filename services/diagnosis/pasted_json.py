"""What a pasted JSON object is: an answer with a token in it, keys, or a line of an access log."""

import json
import re
from typing import Any

from services.tokens.key_files import PEM

_LOG = re.compile(
    r"(?:missing|invalid_token|insufficient_scope): |\[\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]"
)
_LOG_MEMBERS = frozenset(
    (
        *("routekey", "authorizererror", "integrationlatency", "integrationerror", "integrationerrormessage"),
        *("responselength", "requestid", "errormessage", "httpmethod", "sourceip", "ip", "requesttime"),
    )
)
_TOKEN_MEMBERS = ("access_token", "accessToken", "AccessToken", "token", "id_token", "idToken", "IdToken", "jwt")
_KEY_MEMBERS = frozenset(("keys", "kty", "publicKey", "publicKeys"))


def json_object(text: str) -> dict[str, Any]:
    """The object a text is; empty where it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def token_member(document: dict[str, Any]) -> tuple[str, str] | None:
    """Name and value of the token in a token endpoint's or Login API's answer; an access token before an ID token."""
    inner = document.get("AuthenticationResult")  # Amazon Cognito's InitiateAuth
    for holder in (document, inner if isinstance(inner, dict) else {}):
        for name in _TOKEN_MEMBERS:
            if isinstance(holder.get(name), str) and holder[name]:
                return name, holder[name]
    return None


def has_keys(document: dict[str, Any]) -> bool:
    """Whether it is a key set, a JWK, or PEM by name."""
    return bool(_KEY_MEMBERS & document.keys()) or any(
        isinstance(value, str) and PEM.search(value) for value in document.values()
    )


def names_of_a_log(document: dict[str, Any]) -> bool:
    """Whether its members are those of an access log."""
    names = {re.sub(r"[^a-z]", "", name.lower().removeprefix("$context.")) for name in document}
    return len(names & _LOG_MEMBERS) >= (1 if "authorizererror" in names else 2)


def is_log_line(line: str) -> bool:
    """Whether a line is one of an access log: by its members, or by the words and times such lines have."""
    if line.lstrip().startswith("{"):
        return names_of_a_log(json_object(line))
    return _LOG.search(line) is not None
