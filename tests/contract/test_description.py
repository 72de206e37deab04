"""The description covers the sandbox and the client, no more and no less, and is a valid one."""

import re

from services.fusionauth.preflight import NEEDED, NEEDED_FOR_SCOPE
from services.sandbox.fusionauth.app import ROUTES
from tests.contract.cut import cut, reached
from tests.contract.description import strict
from tests.contract.files import operations, subset, table


def _unnamed(method: str, path: str) -> str:
    return f"{method} {re.sub('{[^}]*}', '{}', path)}"


def test_every_endpoint_of_the_sandbox_is_described_and_nothing_else_is() -> None:
    served = {_unnamed(method, route.path) for route in ROUTES for method in (route.methods or set()) - {"HEAD"}}
    described = {_unnamed(*name.split(" ")) for name, said in table()["operations"].items() if not said.get("client")}
    assert served == described


def test_every_call_whose_permission_is_asked_for_is_described() -> None:
    asked = {
        _unnamed(permission.method, permission.probe.partition("?")[0]) for permission in (*NEEDED, *NEEDED_FOR_SCOPE)
    }
    assert asked <= {_unnamed(method, path) for method, path in operations()}


def test_the_vendors_part_is_cut_to_what_the_operations_need() -> None:
    assert cut(subset() | {"paths": subset()["paths"]}, operations()) == {
        name: value for name, value in subset().items() if name in ("openapi", "info", "paths", "components")
    }


def test_every_schema_in_the_description_is_there_and_closed_or_open_on_purpose() -> None:
    description = strict()
    schemas = description["components"]["schemas"]
    assert reached(description["paths"], schemas) == set(schemas)
    is_open = {name for name, schema in schemas.items() if schema.get("additionalProperties") is True}
    assert is_open == {"IntrospectResponse.answer", "JWT.answer", "StatusResponse.answer", "UserinfoResponse.answer"}
    undecided = [
        name for name, schema in schemas.items() if "properties" in schema and "additionalProperties" not in schema
    ]
    assert undecided == []


def test_every_object_with_a_rule_of_ours_exists_and_has_the_properties_it_names() -> None:
    schemas = strict()["components"]["schemas"]
    for name, rule in table()["objects"].items():
        assert set(rule["required"]) <= set(schemas[f"{name}.answer"]["properties"]), name
        assert not set(rule.get("never", ())) & set(schemas[f"{name}.answer"]["properties"]), name
