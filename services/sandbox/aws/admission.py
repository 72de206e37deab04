"""Who may speak to the sandbox's AWS, and about what. Decided from the request's head, before its body is read."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from services.sandbox.aws.request import (
    JSON_SERVICES,
    QUERY_SERVICES,
    AwsRequest,
    Credential,
    Refusal,
    read_credential,
    unknown_key,
    unsigned,
)

_TARGETS = {"logs": "Logs_20140328.", "tagging": "ResourceGroupsTaggingAPI_20170126."}
_PATHS = {
    "lambda": re.compile(
        r"/20\d\d-\d\d-\d\d/(functions|tags|layers|event-source-mappings|account-settings|code-signing-configs)(/.*)?"
    ),
    "apigateway": re.compile(r"/v2/(apis|tags|domainnames|vpclinks)(/.*)?"),
}
# Ways to run a function inside MiniStack, and answers that never end.
_CLOSED = re.compile(r".*/(response-streaming-invocations|invoke-async|durable[\w-]*)(/.*)?")
_CLOSED_TARGETS = frozenset({"Logs_20140328.StartLiveTail"})
_PASSED_ON = re.compile(rb"authorization|content-type|content-encoding|accept|user-agent|x-amz-[\w-]+|x-amzn-[\w-]+")


class Refused(Refusal):
    """A refusal at the door, which knows whose words to use."""

    def __init__(self, refusal: Refusal, service: str) -> None:
        super().__init__(refusal.status, refusal.code, refusal.message)
        self.service = service


def admit(scope: Mapping[str, Any], hosts: Collection[str], access_keys: Collection[str]) -> AwsRequest:
    """The request without its body. Raises Refused for everything the sandbox's AWS does not answer.

    Whether the signature is right can only be told with the body (signature.py).
    """
    head = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if "origin" in head:
        raise _closed(f"The sandbox takes no requests from web pages; this one came from {head['origin'][:200]!r}.")
    if head.get("host", "") not in hosts:
        raise _closed(
            f"The sandbox answers to {' and '.join(sorted(hosts))} only, not to {head.get('host', '')[:200]!r}."
        )
    target = head.get("x-amz-target", "")
    credential = read_credential(head.get("authorization", ""))
    if credential is None:
        guess = "iam" if scope["path"] == "/" and not target else "logs" if target else "apigateway"
        raise Refused(unsigned(guess), guess)
    if credential.access_key_id not in access_keys:
        raise Refused(unknown_key(credential.service), credential.service)
    _check_operation(scope["path"], target, credential)
    headers = tuple((name.lower(), value) for name, value in scope["headers"] if _PASSED_ON.fullmatch(name.lower()))
    return AwsRequest(scope["method"], scope["path"], scope.get("query_string", b""), headers, credential, b"")


def _check_operation(path: str, target: str, credential: Credential) -> None:
    service = credential.service
    if service in QUERY_SERVICES:
        open_here = path == "/" and not target
    elif service in JSON_SERVICES:
        open_here = path == "/" and target.startswith(_TARGETS[service]) and target not in _CLOSED_TARGETS
    else:
        pattern = _PATHS.get(service)
        open_here = bool(pattern and pattern.fullmatch(path)) and not target and not _CLOSED.fullmatch(path)
    if not open_here:
        raise _closed(f"The sandbox's AWS does not offer {path[:200]!r} of the service {service[:50]!r}.")


def _closed(message: str) -> Refused:
    return Refused(Refusal(403, "AccessDeniedException", message), "apigateway")
