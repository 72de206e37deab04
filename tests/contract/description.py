"""The strict description of FusionAuth's API: the vendor's, corrected, closed, and filled up from our own table.

It is an OpenAPI 3.1 document, so its schemas are JSON Schema 2020-12. Each schema is there twice: as FusionAuth takes
it in a request, and (`….answer`) as it stands in an answer, with what it always and never has there.
"""

from typing import Any

from services.sandbox.fusionauth.models.wire import merged
from tests.contract.cut import SCHEMAS, reached
from tests.contract.files import corrections, subset, table

Json = dict[str, Any]
JSON_TYPE = "application/json"
DESCRIBED = "x-answer"  # the part of a response that OpenAPI has no word for: empty, page, redirect
FORMATS = {"UUID": "uuid", "URI": "uri-reference"}
SECURITY: dict[str, list[Json]] = {
    "key": [{"ApiKeyAuth": []}],
    "optional": [{"ApiKeyAuth": []}, {}],
    "bearer": [{"BearerAuth": []}],
    "client": [{"BasicAuth": []}, {}],
    "none": [],
}


def strict() -> Json:
    """The description."""
    own = table()
    vendor = merged(subset(), corrections())
    schemas = {name: _strict(schema) for name, schema in vendor["components"]["schemas"].items()}
    answers = {f"{name}.answer": _as_answered(schema, own["objects"].get(name, {})) for name, schema in schemas.items()}
    paths: Json = {}
    for name, said in own["operations"].items():
        method, _, path = name.partition(" ")
        described = vendor["paths"].get(path, {}).get(method.lower(), {})
        paths.setdefault(path, {})[method.lower()] = _operation(name, described, said, own["opaque"])
    every = schemas | answers
    needed = reached(paths, every)
    return {
        "openapi": "3.1.0",
        "info": {"title": "FusionAuth, as Gatelight knows it", "version": vendor["info"]["version"]},
        "servers": [{"url": "http://localhost:9011"}],
        "paths": paths,
        "components": {
            "schemas": {name: every[name] for name in sorted(needed)},
            "securitySchemes": {
                "ApiKeyAuth": {"type": "apiKey", "name": "Authorization", "in": "header"},
                "BearerAuth": {"type": "http", "scheme": "bearer"},
                "BasicAuth": {"type": "http", "scheme": "basic"},
            },
        },
    }


def _strict(schema: Any) -> Any:
    """A schema with the errors put right that come back everywhere, and closed: no property but those described."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema == {"type": "object"}:  # as the values of a map this is meant: user.data holds any JSON
        return {}
    result = {name: _strict(item) for name, item in schema.items() if name not in ("description", "example")}
    if "properties" in schema:  # a property may itself be called `description`
        result["properties"] = {name: _strict(item) for name, item in schema["properties"].items()}
        result.setdefault("additionalProperties", False)
    if isinstance(schema.get("format"), str):
        result["format"] = FORMATS.get(schema["format"], schema["format"])
    return result


def _as_answered(schema: Any, rule: Json) -> Any:
    """A schema as it stands in an answer; nested ones are referred to in that form too."""
    if isinstance(schema, list):
        return [_as_answered(item, {}) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {name: _as_answered(item, {}) for name, item in schema.items()}
    if isinstance(schema.get("$ref"), str):
        result["$ref"] = f"{schema['$ref']}.answer"
    if rule.get("required"):
        result["required"] = rule["required"]
    if rule.get("never"):
        result["properties"] = {name: item for name, item in result["properties"].items() if name not in rule["never"]}
    return result


def _operation(name: str, described: Json, said: Json, opaque: list[str]) -> Json:
    result: Json = {
        "operationId": described.get("operationId", name),
        "parameters": [_parameter(item, opaque) for item in described.get("parameters", [])],
        "security": SECURITY[said["auth"]],
        "responses": {str(status): _response(answer) for status, answer in said["answers"].items()},
    }
    if "requestBody" in described:
        ((media, body),) = described["requestBody"]["content"].items()
        wanted = said.get("request", {})
        schema = {"allOf": [body["schema"], *_demands(wanted)]} if wanted else body["schema"]
        result["requestBody"] = {"required": bool(wanted), "content": {media: {"schema": schema}}}
    return result


def _parameter(described: Json, opaque: list[str]) -> Json:
    result = {name: _strict(item) for name, item in described.items() if name != "description"}
    result.setdefault("schema", {"type": "string"})
    if described["in"] == "path" and described["name"] not in opaque and "/" not in described["name"]:
        result["schema"] = {"type": "string", "format": "uuid"}
    return result


def _response(answer: Any) -> Json:
    if answer in ("empty", "page", "redirect"):
        return {"description": answer, DESCRIBED: answer}
    said = {"body": answer} if isinstance(answer, str) else answer
    schema: Json = {"$ref": f"{SCHEMAS}{said['body']}.answer"}
    demands = _demands(said)
    result: Json = {
        "description": said["body"],
        "content": {JSON_TYPE: {"schema": {"allOf": [schema, *demands]} if demands else schema}},
    }
    return result | ({DESCRIBED: "or_empty"} if said.get("or_empty") else {})


def _demands(said: Json) -> list[Json]:
    """JSON Schema for the properties that must or must not be there."""
    demands = [said["schema"]] if "schema" in said else []
    if said.get("required"):
        demands.append(_required(said["required"]))
    if said.get("never"):
        demands.append({"properties": dict.fromkeys(said["never"], False)})
    return demands


def _required(paths: list[str]) -> Json:
    """JSON Schema that asks for properties, nested ones by a path with dots."""
    inner: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition(".")
        inner.setdefault(name, [])
        if rest:
            inner[name].append(rest)
    schema: Json = {"type": "object", "required": sorted(inner)}
    if nested := {name: _required(rests) for name, rests in inner.items() if rests}:
        schema["properties"] = nested
    return schema
