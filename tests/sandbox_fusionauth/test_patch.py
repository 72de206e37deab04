"""PATCH, by merging and by JSON Patch."""

import json
from typing import Any

import pytest
import requests

from tests.sandbox_fusionauth.conftest import Client, codes, empty


def json_patch(fusionauth: Client, path: str, operations: object) -> requests.Response:
    headers = {"Content-Type": "application/json-patch+json"}
    return fusionauth.call("PATCH", path, data=json.dumps(operations), headers=headers)


def operation(op: str, path: str, **more: Any) -> dict[str, Any]:
    return {"op": op, "path": path, **more}


def test_json_patch_changes_a_user_operation_by_operation(fusionauth: Client) -> None:
    user = fusionauth.new_user(data={"a": 1, "list": [1, 2], "x/y": {"~": 1}}, firstName="Richard")
    operations = [
        operation("test", "/user/firstName", value="Richard"),
        operation("replace", "/user/firstName", value="Dinesh"),
        operation("add", "/user/data/list/-", value=3),
        operation("add", "/user/data/list/0", value=0),
        operation("remove", "/user/data/a"),
        operation("copy", "/user/data/copied", **{"from": "/user/data/x~1y/~0"}),
        operation("move", "/user/data/moved", **{"from": "/user/data/x~1y"}),
        operation("add", "/user/lastName", value="Chugtai"),
    ]
    response = json_patch(fusionauth, f"/api/user/{user['id']}", operations)
    assert response.status_code == 200, response.text
    after = response.json()["user"]
    assert (after["firstName"], after["lastName"]) == ("Dinesh", "Chugtai")
    assert after["data"] == {"list": [0, 1, 2, 3], "copied": 1, "moved": {"~": 1}}


@pytest.mark.parametrize("resource", ["application", "tenant"])
def test_json_patch_serves_applications_and_tenants_too(fusionauth: Client, resource: str) -> None:
    identity = fusionauth.new_application()["id"] if resource == "application" else fusionauth.store.tenant_id
    operations = [operation("replace", f"/{resource}/jwtConfiguration/timeToLiveInSeconds", value=60)]
    response = json_patch(fusionauth, f"/api/{resource}/{identity}", operations)
    assert response.json()[resource]["jwtConfiguration"]["timeToLiveInSeconds"] == 60


@pytest.mark.parametrize(
    "operations",
    [
        [{"op": "replace", "path": "/user/nothing", "value": 1}],
        [{"op": "remove", "path": "/user/nothing"}],
        [{"op": "remove", "path": ""}],
        [{"op": "replace", "path": "", "value": 5}],
        [{"op": "add", "path": "user", "value": 1}],
        [{"op": "add", "path": "/user/email/x", "value": 1}],
        [{"op": "add", "path": "/user/registrations/7", "value": 1}],
        [{"op": "add", "path": "/user/data"}],
        [{"op": "move", "path": "/user/data/x", "from": "/user/data"}],
        [{"op": "copy", "path": "/user/data"}],
        [{"op": "test", "path": "/user/firstName", "value": "Erlich"}],
        [{"op": "magic", "path": "/user"}],
        [{"op": "copy", "path": f"/user/data/{step}", "from": "/user"} for step in range(60)],
        [{"op": "test", "path": "", "value": 1}] * 101,
        {"op": "remove", "path": "/user"},
        [{"op": 5, "path": []}],
        "text",
    ],
)
def test_an_operation_that_cannot_be_done_changes_nothing(fusionauth: Client, operations: object) -> None:
    user = fusionauth.new_user(data={}, firstName="Richard")
    path = f"/api/user/{user['id']}"
    assert codes(json_patch(fusionauth, path, operations)) == {"[invalidJSON]"}
    assert fusionauth.ok("GET", path)["user"] == user


def test_what_a_json_patch_leaves_is_checked_like_anything_else(fusionauth: Client) -> None:
    user = fusionauth.new_user()
    operations = [operation("replace", "/user/email", value="no address")]
    assert codes(json_patch(fusionauth, f"/api/user/{user['id']}", operations)) == {"[notEmail]user.email"}
    gone = [operation("remove", "/user")]
    assert codes(json_patch(fusionauth, f"/api/user/{user['id']}", gone)) == {"[missing]"}
    assert empty(json_patch(fusionauth, "/api/user/00000000-0000-4000-8000-000000000000", gone), 404)


def test_a_merge_patch_may_say_that_it_is_one(fusionauth: Client) -> None:
    user = fusionauth.new_user(data={"a": 1, "b": 2})
    headers = {"Content-Type": "application/merge-patch+json"}
    body = json.dumps({"user": {"data": {"a": None}}})
    after = fusionauth.ok("PATCH", f"/api/user/{user['id']}", data=body, headers=headers)["user"]
    assert after["data"] == {"b": 2}
