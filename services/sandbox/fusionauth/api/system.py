"""Is it up, and which version is it?"""

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.authority import presented_key, require_permission
from services.sandbox.fusionauth.call import Call, answer, store_of

VERSION = "1.69.0"


async def status(request: Request) -> Response:
    """GET /api/status: one value for everybody; with a global API key, the version and what there is as well."""
    key = presented_key(request, store_of(request))
    if key is None:
        return answer({"status": "Ok"})
    require_permission(key, "/api/status", request.method, global_only=True)
    store = store_of(request)
    return answer(
        {
            "status": "Ok",
            "version": VERSION,
            "applications": len(store.applications),
            "tenants": len(store.tenants),
            "users": len(store.users),
        }
    )


async def health(_: Request) -> Response:
    """GET /api/health: 200 without a body, for anybody."""
    return Response()


async def version(request: Request) -> Response:
    """GET /api/system/version."""
    Call.allowed(request, "/api/system/version")
    return answer({"version": VERSION})
