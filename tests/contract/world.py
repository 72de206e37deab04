"""A FusionAuth with something in it, so that a made-up request may meet what is there."""

import base64
import copy
import json
from collections.abc import Mapping
from typing import Any

import requests

from tests.contract.inside import HOST, Inside

# What a request may delete or change.
_KEPT = ("tenants", "applications", "users", "api_keys", "lambdas", "passwords")
_LOGIN = {"loginId": "known@example.com", "password": "password"}


class World:
    """One application, one user registered to it, a lambda and an API key; their ids by the parameter's name."""

    def __init__(self) -> None:
        self.inside = Inside()
        store = self.inside.store
        application = self._made("/api/application", {"application": {"name": "known"}})["application"]
        user = {"email": _LOGIN["loginId"], "password": _LOGIN["password"]}
        user_id = self._made("/api/user", {"user": user})["user"]["id"]
        self._made(f"/api/user/registration/{user_id}", {"registration": {"applicationId": application["id"]}})
        lambda_ = {"name": "known", "type": "JWTPopulate", "body": "function populate() {}"}
        token = self._made("/api/login", _LOGIN | {"applicationId": application["id"]})["token"]
        self.ids: dict[str, str] = _LOGIN | {
            "applicationId": application["id"],
            "client_id": application["id"],
            "userId": user_id,
            "tenantId": store.tenant_id,
            "issuerPath": store.tenant_id,
            "lambdaId": self._made("/api/lambda", {"lambda": lambda_})["lambda"]["id"],
            "keyId": self._made("/api/api-key", {"apiKey": {"name": "known"}})["apiKey"]["id"],
            "email": _LOGIN["loginId"],
        }
        client = f"{application['id']}:{application['oauthConfiguration']['clientSecret']}".encode()
        self.credentials = {
            "key": store.api_key,
            "bearer": f"Bearer {token}",
            "client": f"Basic {base64.b64encode(client).decode()}",
        }
        self._saved = {name: copy.deepcopy(getattr(store, name)) for name in _KEPT}

    def restore(self) -> None:
        """Put back what an operation may have deleted or changed."""
        for name, value in self._saved.items():
            setattr(self.inside.store, name, copy.deepcopy(value))

    def send(self, case: Any, *, known: frozenset[str], credential: str | None) -> str:
        """Send a case of schemathesis's, with ids of things that are there in place of the `known` ones; gives what
        was sent. Nothing is sent that HTTP cannot carry."""
        ids = {name: value for name, value in self.ids.items() if name in known}
        case.path_parameters = {name: ids.get(name, value) for name, value in (case.path_parameters or {}).items()}
        if isinstance(case.body, dict):
            case.body = _with_ids(case.body, ids)
        request = case.as_transport_kwargs(base_url=HOST)
        if credential is not None:
            request["headers"]["Authorization"] = self.credentials.get(credential, credential)
        try:
            prepared = requests.Request(**request).prepare()
        except (ValueError, requests.RequestException):
            return "nothing"
        self.inside.call(prepared)
        return f"{prepared.method} {prepared.url} {prepared.body!r:.2000}"

    def _made(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": self.inside.store.api_key}
        answer = self.inside.call(requests.Request("POST", HOST + path, headers=headers, json=body).prepare())
        assert answer.status == 200, answer
        found: dict[str, Any] = json.loads(answer.body)
        return found


def _with_ids(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            name: ids[name] if name in ids and isinstance(item, str) else _with_ids(item, ids)
            for name, item in value.items()
        }
    return [_with_ids(item, ids) for item in value] if isinstance(value, list) else value
