"""Lambdas: list, read, create, change, delete. Only a global API key may."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.call import Call, answer
from services.sandbox.fusionauth.errors import Errors, general_error, not_found
from services.sandbox.fusionauth.models.lambda_function import LambdaFunction
from services.sandbox.fusionauth.models.wire import Json, Wire, from_json, replaced, to_json

ENDPOINT = "/api/lambda"


class LambdaRequest(Wire):
    """A lambda in a request."""

    lambda_: LambdaFunction | None = msgspec.field(default=None, name="lambda")


async def list_all(request: Request) -> Response:
    """GET /api/lambda, all of them or those of one `type`."""
    call = Call.allowed(request, ENDPOINT, global_only=True)
    wanted = request.query_params.get("type")
    return answer({"lambdas": [item for item in call.store.lambdas.values() if wanted in (None, item.type)]})


async def read(request: Request) -> Response:
    """GET /api/lambda/{lambdaId}."""
    return answer({"lambda": _existing(Call.allowed(request, ENDPOINT, global_only=True))})


async def create(request: Request) -> Response:
    """POST /api/lambda[/{lambdaId}]. The body is not looked at before it runs."""
    call = Call.allowed(request, ENDPOINT, global_only=True)
    lambda_id = call.new_id("lambdaId")
    wanted = (await call.body(LambdaRequest)).lambda_ or LambdaFunction()
    instant = call.store.instant()
    made = replaced(wanted, id=lambda_id, insert_instant=instant, last_update_instant=instant)
    errors = Errors()
    if lambda_id in call.store.lambdas:
        errors.duplicate("Lambda", "lambda.id", lambda_id)
    return _store(call, made, errors)


async def put(request: Request) -> Response:
    """PUT /api/lambda/{lambdaId}: replaces it; its type stays."""
    call = Call.allowed(request, ENDPOINT, global_only=True)
    return _change(call, _existing(call), await call.json())


async def patch(request: Request) -> Response:
    """PATCH /api/lambda/{lambdaId}: what is sent replaces what was there, the rest stays."""
    call = Call.allowed(request, ENDPOINT, global_only=True)
    current = _existing(call)
    return _change(call, current, await call.patched({"lambda": to_json(current)}, "lambda"))


async def delete(request: Request) -> Response:
    """DELETE /api/lambda/{lambdaId}. One that an application uses stays (the sandbox's choice)."""
    call = Call.allowed(request, ENDPOINT, global_only=True)
    found = _existing(call)
    for application in call.store.applications.values():
        if found.id in application.lambda_configuration.ids().values():
            raise general_error(
                "inUse", f"The lambda with id [{found.id}] is in use by [{application.name}] and cannot be deleted."
            )
    del call.store.lambdas[found.id]
    return Response()


def _existing(call: Call) -> LambdaFunction:
    found = call.store.lambdas.get(call.required_id("lambdaId"))
    if found is None:
        raise not_found()
    return found


def _change(call: Call, current: LambdaFunction, data: Json) -> Response:
    wanted = from_json(data, LambdaRequest).lambda_ or current
    kept = {name: getattr(current, name) for name in ("id", "type", "insert_instant")}
    return _store(call, replaced(wanted, **kept, last_update_instant=call.store.instant()), Errors())


def _store(call: Call, wanted: LambdaFunction, errors: Errors) -> Response:
    for name in ("name", "body", "type"):
        if not (getattr(wanted, name) or "").strip():
            errors.blank(f"lambda.{name}")
    if wanted.engine_type == "Nashorn":
        errors.invalid("lambda.engineType", "The engine [Nashorn] no longer exists. Use [GraalJS].")
    errors.raise_if_any()
    call.store.lambdas[wanted.id] = wanted
    return answer({"lambda": wanted})
