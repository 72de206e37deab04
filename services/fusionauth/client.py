"""A thin, typed client for the FusionAuth endpoints Gatelight needs; each call raises RemoteError or Unreachable."""

import time
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from services.errors import BrokenOff, RemoteError
from services.fusionauth.answers import is_page, member, refusal
from services.fusionauth.models import ApiKey, Application, Key, Lambda, Registration, Tenant, User
from services.http import HttpClient, Reply
from services.patience import bearable, pause
from services.redact import Redactor, Secret

T = TypeVar("T")

PATIENCE_SECONDS = 30.0

_REPEATABLE = frozenset(("GET", "PUT", "DELETE"))  # asked twice, they do what they do once (RFC 9110, section 9.2.2)


class FusionAuth:
    """FusionAuth's API under one key. Safe to share between threads."""

    def __init__(self, http: HttpClient, url: str, api_key: Secret, redactor: Redactor) -> None:
        self._http = http
        self.url = url
        self._api_key = api_key
        self._redactor = redactor
        redactor.register(api_key)

    def over(self, http: HttpClient) -> "FusionAuth":
        """The same API under the same key, over another HTTP client."""
        return FusionAuth(http, self.url, self._api_key, self._redactor)

    def version(self) -> str:
        """The server's version; it also proves the key."""
        reply = self._call("GET", "/api/system/version")
        return str(member(reply, "version", "/api/system/version"))

    def tenants(self) -> list[Tenant]:
        """Every tenant the key may see."""
        return _decode(self._call("GET", "/api/tenant"), list[Tenant], "tenants", "/api/tenant")

    def tenant(self, tenant_id: str) -> Tenant:
        """One tenant."""
        return self._object(Tenant, "GET", f"/api/tenant/{tenant_id}", "tenant")

    def find_tenant(self, tenant_id: str) -> Tenant | None:
        """A tenant; None when there is none of that id."""
        return self._optional(Tenant, f"/api/tenant/{tenant_id}", "tenant")

    def copy_tenant(self, tenant_id: str, name: str, source_id: str) -> Tenant:
        """Make a tenant that is configured like another one; its issuer is FusionAuth's default all the same."""
        # A copy takes an id and a name and nothing else (its documentation, "Create a Tenant").
        wanted = {"sourceTenantId": source_id, "tenant": {"name": name}}
        return self._object(Tenant, "POST", f"/api/tenant/{tenant_id}", "tenant", wanted)

    def delete_tenant(self, tenant_id: str) -> bool:
        """Delete a tenant with everything in it; False when it was gone already."""
        return self._delete(f"/api/tenant/{tenant_id}")

    def set_issuer(self, tenant_id: str, issuer: str) -> Tenant:
        """Change the name that a tenant signs into every token. Tokens issued before keep the old one."""
        return self._object(Tenant, "PATCH", f"/api/tenant/{tenant_id}", "tenant", {"tenant": {"issuer": issuer}})

    def key(self, key_id: str) -> Key | None:
        """A signing key; None when there is none of that id."""
        return self._optional(Key, f"/api/key/{key_id}", "key")

    def signing_keys(self) -> list[Key]:
        """Every signing key."""
        return _decode(self._call("GET", "/api/key"), list[Key], "keys", "/api/key")

    def generate_key(self, key_id: str, name: str) -> Key:
        """Make an RS256 key pair of 2048 bits; the private key never leaves FusionAuth."""
        wanted = {"key": {"algorithm": "RS256", "name": name, "length": 2048}}
        return self._object(Key, "POST", f"/api/key/generate/{key_id}", "key", wanted)

    def delete_key(self, key_id: str) -> bool:
        """Delete a signing key; False when it was gone already."""
        return self._delete(f"/api/key/{key_id}")

    def application(self, application_id: str, tenant_id: str) -> Application | None:
        """An application; None when there is none of that id."""
        return self._optional(Application, f"/api/application/{application_id}", "application", tenant_id)

    def create_application(self, application_id: str, tenant_id: str, settings: Mapping[str, Any]) -> Application:
        """Create an application under an id of the caller's choice."""
        return self._object(
            Application,
            "POST",
            f"/api/application/{application_id}",
            "application",
            {"application": settings},
            tenant_id,
        )

    def change_application(self, application_id: str, tenant_id: str, settings: Mapping[str, Any]) -> Application:
        """Merge settings into an application; lists in them replace the old ones."""
        return self._object(
            Application,
            "PATCH",
            f"/api/application/{application_id}",
            "application",
            {"application": settings},
            tenant_id,
        )

    def applications(self, tenant_id: str) -> list[Application]:
        """The tenant's active applications."""
        path = "/api/application"
        return _decode(self._call("GET", path, tenant_id=tenant_id), list[Application], "applications", path)

    def inactive_applications(self, tenant_id: str) -> list[Application]:
        """The tenant's deactivated applications; each still owns its name."""
        path = "/api/application?inactive=true"
        found = msgspec.convert(
            member(self._call("GET", path, tenant_id=tenant_id), "applications", path), list[Application]
        )
        return [application for application in found if not application.active]

    def reactivate_application(self, application_id: str, tenant_id: str) -> None:
        """Bring back an application that was deactivated (FusionAuth's DELETE without `hardDelete`)."""
        self._call("PUT", f"/api/application/{application_id}?reactivate=true", tenant_id=tenant_id)

    def delete_application(self, application_id: str, tenant_id: str) -> bool:
        """Delete an application for good; False when it was gone already."""
        return self._delete(f"/api/application/{application_id}?hardDelete=true", tenant_id)

    def populate_lambda(self, lambda_id: str) -> Lambda | None:
        """A lambda; None when there is none of that id."""
        return self._optional(Lambda, f"/api/lambda/{lambda_id}", "lambda")

    def populate_lambdas(self) -> list[Lambda]:
        """Every populate lambda; none where the answer holds no list."""
        path = "/api/lambda?type=JWTPopulate"
        reply = self._call("GET", path)
        content = reply.json()
        return _decode(reply, list[Lambda], "lambdas", path) if content and "lambdas" in content else []

    def create_populate_lambda(self, lambda_id: str, name: str, body: str) -> Lambda:
        """Create a lambda that may change an access token's claims while it is made."""
        wanted = {"lambda": {"name": name, "type": "JWTPopulate", "engineType": "GraalJS", "body": body}}
        return self._object(Lambda, "POST", f"/api/lambda/{lambda_id}", "lambda", wanted)

    def change_lambda(self, lambda_id: str, body: str) -> Lambda:
        """Give a lambda another body."""
        return self._object(Lambda, "PATCH", f"/api/lambda/{lambda_id}", "lambda", {"lambda": {"body": body}})

    def delete_lambda(self, lambda_id: str) -> bool:
        """Delete a lambda; False when it was gone already."""
        return self._delete(f"/api/lambda/{lambda_id}")

    def may_call(self, method: str, path: str, body: object = None) -> bool:
        """Whether the key may make a call, one that cannot succeed: 401 is the one answer that says no."""
        try:
            reply = self._send(method, path, body)
        except BrokenOff:  # what cannot succeed can be asked twice
            reply = self._send(method, path, body)
        if is_page(reply) or reply.status >= 500 or 300 <= reply.status < 400:
            raise refusal(reply, method, path)
        return reply.status != 401

    def user(self, email: str, tenant_id: str) -> User | None:
        """The user with that e-mail address; None when there is none."""
        return self._optional(User, f"/api/user?email={quote(email, safe='')}", "user", tenant_id)

    def user_of_id(self, user_id: str, tenant_id: str) -> User | None:
        """The user with that id; None when there is none."""
        return self._optional(User, f"/api/user/{user_id}", "user", tenant_id)

    def create_user(self, user_id: str, email: str, password: Secret, tenant_id: str) -> User:
        """Create a user who can log in at once."""
        self._redactor.register(password)
        body = {"user": {"email": email, "password": password.reveal()}, "skipVerification": True}
        return self._object(User, "POST", f"/api/user/{user_id}", "user", body, tenant_id)

    def delete_user(self, user_id: str, tenant_id: str) -> bool:
        """Delete a user for good; False when it was gone already."""
        return self._delete(f"/api/user/{user_id}?hardDelete=true", tenant_id)

    def registration(self, user_id: str, application_id: str, tenant_id: str) -> Registration | None:
        """A user's registration to an application; None when there is none."""
        path = f"/api/user/registration/{user_id}/{application_id}"
        return self._optional(Registration, path, "registration", tenant_id)

    def whole_registration(self, user_id: str, application_id: str, tenant_id: str) -> dict[str, Any] | None:
        """A registration with everything in it, to be made again just so; None when there is none."""
        path = f"/api/user/registration/{user_id}/{application_id}"
        return self._optional(dict[str, Any], path, "registration", tenant_id)

    def register(
        self, user_id: str, application_id: str, tenant_id: str, wanted: Mapping[str, Any] | None = None
    ) -> Registration:
        """Register a user to an application, as `wanted` says. (The path segment is the user's id.)"""
        registration = {**(wanted or {}), "applicationId": application_id}
        body = {"registration": registration, "skipRegistrationVerification": True}
        path = f"/api/user/registration/{user_id}"
        return self._object(Registration, "POST", path, "registration", body, tenant_id)

    def unregister(self, user_id: str, application_id: str, tenant_id: str) -> bool:
        """End a registration; False when it was gone already."""
        return self._delete(f"/api/user/registration/{user_id}/{application_id}", tenant_id)

    def api_key(self, key_id: str) -> ApiKey | None:
        """An API key, with its value where it is retrievable; None when there is none. Needs a key manager's key."""
        return self._optional(ApiKey, f"/api/api-key/{key_id}", "apiKey")

    def create_login_key(self, key_id: str, tenant_id: str, name: str) -> ApiKey:
        """Create an API key that may do nothing but `POST /api/login` in one tenant. Needs a key manager's key."""
        wanted = {
            "apiKey": {
                "name": name,
                "tenantId": tenant_id,
                "retrievable": True,
                "metaData": {"attributes": {"description": "Made by Gatelight: may only log users in."}},
                "permissions": {"endpoints": {"/api/login": ["POST"]}},
            }
        }
        return self._object(ApiKey, "POST", f"/api/api-key/{key_id}", "apiKey", wanted)

    def delete_api_key(self, key_id: str) -> bool:
        """Delete an API key; False when it was gone already."""
        return self._delete(f"/api/api-key/{key_id}")

    def _call(self, method: str, path: str, body: object = None, tenant_id: str = "") -> Reply:
        reply = self._send(method, path, body, tenant_id)
        if reply.status != 200 or is_page(reply):
            raise refusal(reply, method, path)
        return reply

    def _send(self, method: str, path: str, body: object = None, tenant_id: str = "") -> Reply:
        end = time.monotonic() + bearable(PATIENCE_SECONDS)
        while True:
            reply = self._send_once(method, path, body, tenant_id)
            seconds = _asked_to_wait(reply, method)
            left = end - time.monotonic()
            if seconds is None or seconds > left:
                return reply
            pause("because FusionAuth asks to come back later", seconds, at_most=left)

    def _send_once(self, method: str, path: str, body: object, tenant_id: str) -> Reply:
        headers: dict[str, str | Secret] = {"Authorization": self._api_key}
        if tenant_id:
            headers["X-FusionAuth-TenantId"] = tenant_id
        try:
            return _whole(self._http.send(method, self.url + path, headers=headers, json_body=body), self.url)
        except BrokenOff:  # often an idle connection that the server had closed meanwhile
            if method not in _REPEATABLE:
                raise
            return _whole(self._http.send(method, self.url + path, headers=headers, json_body=body), self.url)

    def _object(self, kind: type[T], method: str, path: str, name: str, body: object = None, tenant_id: str = "") -> T:
        return _decode(self._call(method, path, body, tenant_id), kind, name, path)

    def _optional(self, kind: type[T], path: str, name: str, tenant_id: str = "") -> T | None:
        reply = self._send("GET", path, tenant_id=tenant_id)
        if reply.status == 404 and not reply.body and not is_page(reply):
            return None
        if reply.status != 200 or is_page(reply):
            raise refusal(reply, "GET", path)
        return _decode(reply, kind, name, path)

    def _delete(self, path: str, tenant_id: str = "") -> bool:
        reply = self._send("DELETE", path, tenant_id=tenant_id)
        if reply.status == 404 and not reply.body and not is_page(reply):
            return False
        if reply.status != 200 or is_page(reply):
            raise refusal(reply, "DELETE", path)
        return True


def _whole(reply: Reply, url: str) -> Reply:
    """The reply. Raises BrokenOff for one that ended within its headers, which nobody else notices."""
    told = reply.headers
    if reply.status == 200 and not (reply.body or "content-length" in told or "transfer-encoding" in told):
        raise BrokenOff(f'The connection to "{url}" broke off.', "Try again; if it stays, check what answers there.")
    return reply


def _asked_to_wait(reply: Reply, method: str) -> float | None:
    """The seconds after which the same request may be sent again; None where nobody asked for that.

    429 and Retry-After: RFC 6585, section 4, and RFC 9110, section 10.2.3. FusionAuth documents neither for its API,
    but what stands in front of it may send both. A 503 of FusionAuth's own (its search engine) has no such header.
    """
    value = reply.headers.get("retry-after", "")
    asked = float(value) if value.isascii() and value.isdigit() else None
    if reply.status == 429:  # it was not carried out
        return 1.0 if asked is None else asked
    return asked if reply.status == 503 and method in _REPEATABLE else None


def _decode(reply: Reply, kind: type[T], name: str, path: str) -> T:
    try:
        return msgspec.convert(member(reply, name, path), kind)
    except msgspec.ValidationError as error:
        raise RemoteError(
            f'FusionAuth\'s "{name}" at {path} is not as documented: {error}.',
            "Gatelight knows FusionAuth 1.46 and newer; tell us which version answers like this.",
            status=reply.status,
        ) from None
