"""Does an exchange keep the contract? Each breach names the operation, where in it, and what is wrong."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs

from services.sandbox.fusionauth.models.wire import merged
from tests.contract.description import DESCRIBED, JSON_TYPE, strict
from tests.contract.exchanges import Exchange, Headers, Request, Response

Json = dict[str, Any]
FORM_TYPE = "application/x-www-form-urlencoded"
TENANT_HEADER = "x-fusionauth-tenantid"
_OURS = re.compile(r"/(api|oauth2)/")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


class Judge:
    """The strict description, and a validator for each of its schemas once it is needed."""

    def __init__(self, description: Json | None = None) -> None:
        self.description = description or strict()
        paths = self.description["paths"]
        # The more of a path is fixed the sooner it is tried: /api/user/registration is no user's id.
        self._paths = [(_pattern(path), path) for path in sorted(paths, key=lambda path: (path.count("{"), path))]
        self._validator = cache(self._compiled)
        self._response_breaches = cache(self._breaches_of_response)

    def of(self, exchange: Exchange) -> list[str]:
        """What is wrong with either."""
        return self.of_request(exchange) if isinstance(exchange, Request) else self.of_response(exchange)

    def of_response(self, response: Response) -> list[str]:
        """What is wrong with a response of the sandbox. The same response is looked at once."""
        kind = next((value for name, value in response.headers if name == "content-type"), "")
        location = any(name == "location" for name, _ in response.headers)
        method = "GET" if response.method == "HEAD" else response.method
        return self._response_breaches(method, response.path, response.status, kind, response.body, location)

    def of_request(self, request: Request) -> list[str]:
        """What is wrong with a request of our client; nothing with one that does not go to FusionAuth's API."""
        parts = urlsplit(request.url)
        found = self._operation(request.method, parts.path)
        if found is None:
            unknown = f"{request.method} {parts.path}: no such operation is described"
            return [unknown] if _OURS.match(parts.path) else []
        name, operation = found
        breaches = [
            *_of_parameters(
                operation, parts.path, name, parse_qsl(parts.query, keep_blank_values=True), request.headers
            ),
            *_of_credentials(operation, request),
            *self._of_body(name, operation, request),
        ]
        return [f"request {name}: {breach}" for breach in breaches]

    def _operation(self, method: str, path: str) -> tuple[str, Json] | None:
        for pattern, template in self._paths:
            if pattern.fullmatch(path) and method.lower() in self.description["paths"][template]:
                return f"{method} {template}", self.description["paths"][template][method.lower()]
        return None

    def _breaches_of_response(
        self, method: str, path: str, status: int, kind: str, body: str, location: bool
    ) -> list[str]:
        found = self._operation(method, path)
        if found is None:
            refused = status in (404, 405) and not body
            return [] if refused else [f"{method} {path}: {status} for an operation that is not described"]
        name, operation = found
        described = operation["responses"].get(str(status))
        if described is None:
            return [
                f"response of {name}: status {status} is not among {', '.join(operation['responses'])}: {body:.200}"
            ]
        breaches = self._of_answer(name, status, described, kind, body, location)
        return [f"response {status} of {name}: {breach}" for breach in breaches]

    def _of_answer(
        self, name: str, status: int, described: Json, kind: str, body: str, location: bool
    ) -> Iterator[str]:
        special = described.get(DESCRIBED)
        if special == "empty" or (special == "or_empty" and not body):
            if body:
                yield f"a body where none belongs: {body:.200}"
        elif special == "redirect":
            if not location:
                yield "no Location"
        elif special == "page":
            if not kind.startswith("text/html") or not body:
                yield f'no page but "{kind}": {body:.200}'
        elif not kind.startswith(JSON_TYPE):
            yield f'Content-Type "{kind}": {body:.200}'
        else:
            pointer = f"/paths/{_escaped(name)}/responses/{status}/content/{_slashed(JSON_TYPE)}/schema"
            yield from self._of_json(pointer, body)

    def _of_body(self, name: str, operation: Json, request: Request) -> Iterator[str]:
        described = operation.get("requestBody")
        kind = next((value for header, value in request.headers if header == "content-type"), "")
        if described is None:
            if request.body:
                yield f"a body where none belongs: {request.body:.200}"
            return
        if not request.body:
            if described["required"] and not request.impossible:
                yield "no body"
            return
        ((media, _),) = described["content"].items()
        if kind != media:
            yield f'Content-Type "{kind}", not {media}'
            return
        pointer = f"/paths/{_escaped(name)}/requestBody/content/{_slashed(media)}/schema"
        body = request.body if media == JSON_TYPE else json.dumps(dict(parse_qsl(request.body)))
        if not request.impossible:
            yield from self._of_json(pointer, body, merges=request.method == "PATCH")

    def _of_json(self, pointer: str, body: str, *, merges: bool = False) -> Iterator[str]:
        try:
            content = json.loads(body)
        except ValueError:
            yield f"no JSON: {body:.200}"
            return
        if merges and isinstance(content, dict):
            content = merged({}, content)  # a null takes the property away (RFC 7396)
        for error in self._validator(pointer).iter_errors(content):
            place = ".".join(str(step) for step in error.instance_path) or "the body"
            yield f"{place}: {error.message:.300}"

    def _compiled(self, pointer: str) -> jsonschema_rs.Draft202012Validator:
        schema = {"$ref": f"#{pointer}", "paths": self.description["paths"]}
        schema["components"] = self.description["components"]
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _of_parameters(
    operation: Json, path: str, name: str, query: list[tuple[str, str]], headers: Headers
) -> Iterator[str]:
    described = {(item["in"], item["name"].lower()): item for item in operation["parameters"]}
    template = name.partition(" ")[2]
    given = [("path", *pair) for pair in _ids(template, path)]
    given += [("query", *pair) for pair in query]
    given += [("header", *pair) for pair in headers if pair[0] == TENANT_HEADER]
    for place, key, value in given:
        found = described.get((place, key.lower()))
        if found is None:
            yield f"the {place} parameter {key} is not described"
        elif found["schema"].get("format") == "uuid" and not _UUID.fullmatch(value):
            yield f"the {place} parameter {key} is no UUID: {value}"
        elif value not in found["schema"].get("enum", [value]):
            yield f"the {place} parameter {key} is not one of {found['schema']['enum']}: {value}"
    sent = {(place, key.lower()) for place, key, _ in given}
    for (place, key), item in described.items():
        if item.get("required") and (place, key) not in sent:
            yield f"the {place} parameter {item['name']} is missing"


def _of_credentials(operation: Json, request: Request) -> Iterator[str]:
    sent = [value for name, value in request.headers if name == "authorization"]
    scheme = sent[0].partition(" ")[0] if sent and " " in sent[0] else ""
    schemes = [next(iter(item), "") for item in operation["security"]]  # "": nothing is good too
    if not schemes and sent:
        yield "an Authorization header where none belongs"
    elif schemes and not sent and "" not in schemes:
        yield "no Authorization header"
    elif sent and schemes:
        wanted = {"ApiKeyAuth": "", "BearerAuth": "Bearer", "BasicAuth": "Basic"}[schemes[0]]
        if scheme != wanted:
            yield f'the Authorization header has the scheme "{scheme}", not "{wanted}"'


def _ids(template: str, path: str) -> Iterator[tuple[str, str]]:
    for part, value in zip(template.split("/"), path.split("/"), strict=True):
        if part.startswith("{"):
            yield part.strip("{}"), value


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/")))


def _escaped(name: str) -> str:
    """An operation's place in the description, as a JSON Pointer in a URI fragment (RFC 6901, section 6)."""
    method, _, path = name.partition(" ")
    return f"{_slashed(path)}/{method.lower()}"


def _slashed(text: str) -> str:
    return text.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
