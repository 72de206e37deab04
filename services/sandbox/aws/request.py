"""A request to the sandbox's AWS, and the refusals it may meet, worded in each service's protocol."""

import re
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import msgspec

from services.sandbox.aws.ministack import ApiAnswer, Headers

_CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/\d{8}/([\w-]+)/([\w-]+)/aws4_request\b")
QUERY_SERVICES = frozenset({"iam", "sts", "cloudformation"})
JSON_SERVICES = frozenset({"logs", "tagging"})


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request's signature says of its sender."""

    access_key_id: str
    region: str
    service: str


@dataclass(frozen=True, slots=True)
class AwsRequest:
    """A request whose sender is known."""

    method: str
    path: str
    query: bytes
    headers: Headers
    credential: Credential
    body: bytes = field(repr=False)

    @property
    def service(self) -> str:
        """The service the request is signed for."""
        return self.credential.service

    @property
    def region(self) -> str:
        """The region the request is signed for."""
        return self.credential.region

    @property
    def action(self) -> str:
        """The operation of a query or JSON service; "" for the others."""
        if self.service in JSON_SERVICES:
            return self.header(b"x-amz-target").rpartition(".")[2]
        if self.service in QUERY_SERVICES:
            text = (self.body or self.query).decode("utf-8", "replace")
            return parse_qs(text).get("Action", [""])[0]
        return ""

    def header(self, name: bytes) -> str:
        """The header's value; "" when it is absent."""
        return next((value.decode("latin-1") for key, value in self.headers if key == name), "")

    def content(self) -> dict[str, Any]:
        """The JSON body; empty when it is no JSON object, which MiniStack then says in its own words."""
        try:
            return msgspec.json.decode(self.body or b"{}", type=dict[str, Any])
        except msgspec.MsgspecError:
            return {}

    def form(self) -> dict[str, str]:
        """The parameters of a query service."""
        return {key: values[0] for key, values in parse_qs(self.body.decode("utf-8", "replace")).items()}


class Refusal(Exception):
    """An error as an AWS service gives it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def answer(self, service: str) -> ApiAnswer:
        """The refusal on the wire, in the protocol of `service`."""
        request_id = str(uuid.uuid4()).encode()
        if service in QUERY_SERVICES:
            kind = b"text/xml"
            body = (
                f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(self.code)}</Code>"
                f"<Message>{escape(self.message)}</Message></Error>"
                f"<RequestId>{request_id.decode()}</RequestId></ErrorResponse>"
            ).encode()
        else:
            kind = b"application/x-amz-json-1.1" if service in JSON_SERVICES else b"application/json"
            body = msgspec.json.encode(self._json(service))
        headers = (
            (b"content-type", kind),
            (b"x-amzn-requestid", request_id),
            (b"x-amzn-errortype", self.code.encode()),
        )
        return ApiAnswer(self.status, headers, body)

    def _json(self, service: str) -> dict[str, str]:
        if service in JSON_SERVICES:
            return {"__type": self.code, "message": self.message}
        if service == "lambda":
            return {"Type": "User", "message": self.message}
        return {"message": self.message}


def bad_request(message: str) -> Refusal:
    """API Gateway's answer to a request it cannot accept."""
    return Refusal(400, "BadRequestException", message)


def read_credential(authorization: str) -> Credential | None:
    """The credential scope of a SigV4 `Authorization` header; None when there is none."""
    match = _CREDENTIAL.match(authorization)
    return Credential(*match.groups()) if match else None


def unknown_key(service: str) -> Refusal:
    """The access key is not one this AWS has given out (IAM user guide, "Common errors", and each service's errors)."""
    message = "The security token included in the request is invalid."
    if service in QUERY_SERVICES:
        return Refusal(403, "InvalidClientTokenId", message)
    return Refusal(400 if service in JSON_SERVICES else 403, "UnrecognizedClientException", message)


def unsigned(service: str) -> Refusal:
    """The request carries no credentials."""
    if service in QUERY_SERVICES:
        return Refusal(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
    status = 400 if service in JSON_SERVICES else 403
    return Refusal(status, "MissingAuthenticationTokenException", "Missing Authentication Token")
