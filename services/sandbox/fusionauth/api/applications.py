"""Applications: list, read, create, change, deactivate, delete."""

import secrets
import uuid
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.call import Call, answer
from services.sandbox.fusionauth.errors import Errors, general_error, not_found
from services.sandbox.fusionauth.models.application import Application, Role
from services.sandbox.fusionauth.models.wire import Json, Wire, from_json, replaced, to_json
from services.sandbox.fusionauth.store import Store

ENDPOINT = "/api/application"
POPULATING = ("accessTokenPopulateId", "idTokenPopulateId")


class ApplicationRequest(Wire):
    """An application in a request."""

    application: Application | None = None


async def list_all(request: Request) -> Response:
    """GET /api/application: the active ones, or the deactivated ones with `inactive=true`."""
    call = Call.allowed(request, ENDPOINT)
    active = not call.flag("inactive")
    applications = call.store.applications.values()
    return answer(
        {"applications": [item for item in applications if item.active is active and call.sees(item.tenant_id)]}
    )


async def read(request: Request) -> Response:
    """GET /api/application/{applicationId}, whether it is active or not."""
    return answer({"application": _visible(Call.allowed(request, ENDPOINT))})


async def create(request: Request) -> Response:
    """POST /api/application[/{applicationId}]. Client id and secret are made here if the caller brings none."""
    call = Call.allowed(request, ENDPOINT)
    application_id = call.new_id("applicationId")
    wanted = (await call.body(ApplicationRequest)).application or Application()
    instant = call.store.instant()
    application = _owned(
        wanted,
        id=application_id,
        tenant_id=call.tenant().id,
        active=True,
        state="Active",
        roles=[_new_role(role, instant) for role in wanted.roles],
        insert_instant=instant,
        last_update_instant=instant,
    )
    _validate(call.store, application, new=True)
    call.store.applications[application_id] = application
    return answer({"application": application})


async def patch(request: Request) -> Response:
    """PATCH /api/application/{applicationId}: what is sent replaces what was there, the rest stays."""
    call = Call.allowed(request, ENDPOINT)
    document = {"application": to_json(_visible(call))}
    return _change(call, _sent(await call.patched(document, "application")))


async def put(request: Request) -> Response:
    """PUT /api/application/{applicationId}: replaces it whole; `reactivate=true` only makes it active again."""
    call = Call.allowed(request, ENDPOINT)
    if call.flag("reactivate"):
        return _set_active(call, active=True)
    return _change(call, _sent(await call.json()))


async def delete(request: Request) -> Response:
    """DELETE /api/application/{applicationId} deactivates; only `hardDelete=true` removes and frees the name."""
    call = Call.allowed(request, ENDPOINT)
    if call.flag("hardDelete"):
        call.store.remove_application(_visible(call).id)
    else:
        _set_active(call, active=False)
    return Response()


def _visible(call: Call) -> Application:
    application = call.store.applications.get(call.required_id("applicationId"))
    if application is None or not call.sees(application.tenant_id):
        raise not_found()
    return application


def _sent(data: Json) -> Json:
    if not isinstance(data.get("application"), dict):
        raise general_error("missing", "The request has no [application].")
    return cast(Json, data["application"])


def _change(call: Call, data: Json) -> Response:
    """Store the application as `data` describes it; identity, roles and state stay: they have calls of their own."""
    current = _visible(call)
    wanted = from_json({"application": data}, ApplicationRequest).application or current
    kept = {name: getattr(current, name) for name in ("id", "tenant_id", "active", "state", "roles", "insert_instant")}
    application = _owned(wanted, **kept, last_update_instant=call.store.instant())
    _validate(call.store, application)
    call.store.applications[application.id] = application
    return answer({"application": application})


def _set_active(call: Call, *, active: bool) -> Response:
    application = replaced(
        _visible(call),
        active=active,
        state="Active" if active else "Inactive",
        last_update_instant=call.store.instant(),
    )
    call.store.applications[application.id] = application
    return answer({"application": application})


def _owned(wanted: Application, **own: object) -> Application:
    """`wanted` with the properties that only FusionAuth itself sets, and a client id and secret."""
    application = replaced(wanted, **own)
    oauth = application.oauth_configuration
    application.oauth_configuration = replaced(
        oauth,
        client_id=application.id,
        client_secret=oauth.client_secret or secrets.token_urlsafe(32),
        enabled_grants=list(dict.fromkeys(oauth.enabled_grants)),
    )
    return application


def _new_role(role: Role, instant: int) -> Role:
    return replaced(role, id=str(uuid.uuid4()), insert_instant=instant, last_update_instant=instant)


def _validate(store: Store, application: Application, *, new: bool = False) -> None:
    errors = Errors()
    if new and application.id in store.applications:
        errors.duplicate("Application", "application.id", application.id)
    if not application.name.strip():
        errors.blank("application.name")
    for other in store.applications.values():  # a deactivated application still owns its name
        same_tenant = other.tenant_id == application.tenant_id and other.id != application.id
        if same_tenant and other.name.casefold() == application.name.casefold():
            errors.duplicate("Application", "application.name", application.name)
    for index, role in enumerate(application.roles):
        if not role.name.strip():
            errors.blank(f"application.roles[{index}].name")
    jwt = application.jwt_configuration
    for name, key_id in (("accessTokenKeyId", jwt.access_token_key_id), ("idTokenKeyId", jwt.id_token_key_id)):
        if key_id is not None and store.keys.get(key_id) is None:
            errors.invalid(f"application.jwtConfiguration.{name}", f"The key with id [{key_id}] does not exist.")
    for name, lambda_id in application.lambda_configuration.ids().items():
        found = store.lambdas.get(lambda_id)
        if found is None or (name in POPULATING and found.type != "JWTPopulate"):
            errors.invalid(
                f"application.lambdaConfiguration.{name}", f"The lambda with id [{lambda_id}] cannot be used."
            )
    errors.raise_if_any()
