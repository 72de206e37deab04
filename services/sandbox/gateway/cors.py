"""An API's own CORS configuration: the preflight answered by the gateway, and the headers on everything else.

With a configuration the gateway answers preflights itself, even without an OPTIONS route, and ignores the function's
CORS headers (developer guide, “Configuring CORS for an HTTP API”). Without one, OPTIONS is a request like any other.
Whether AWS adds the headers to a refusal is not documented; the sandbox does, so that a browser can show the status.
"""

from msgspec.structs import replace

from services.sandbox.aws.snapshot import Cors
from services.sandbox.gateway.answer import Answer, Header
from services.sandbox.gateway.request import Request


def is_preflight(request: Request) -> bool:
    """Whether a browser asks for permission before the actual request."""
    return (
        request.method == "OPTIONS"
        and bool(request.header("origin"))
        and bool(request.header("access-control-request-method"))
    )


def preflight(request: Request, cors: Cors) -> Answer:
    """The answer to a preflight: 204, with the configured headers when the origin is an allowed one."""
    headers = _origin_headers(request, cors)
    if headers:
        headers += _listed(b"access-control-allow-methods", cors.allow_methods)
        headers += _listed(b"access-control-allow-headers", cors.allow_headers)
        if cors.max_age is not None:
            headers.append((b"access-control-max-age", str(cors.max_age).encode()))
    return Answer(204, tuple(headers))


def with_cors(answer: Answer, request: Request, cors: Cors) -> Answer:
    """The answer with the configured CORS headers in place of the function's."""
    if not request.header("origin"):
        return answer
    kept = [header for header in answer.headers if not header[0].startswith(b"access-control-")]
    added = _origin_headers(request, cors)
    if added:
        added += _listed(b"access-control-expose-headers", cors.expose_headers)
    return replace(answer, headers=(*kept, *added))


def _origin_headers(request: Request, cors: Cors) -> list[Header]:
    origin = request.header("origin")
    allowed = next((pattern for pattern in cors.allow_origins if _allows(pattern, origin)), None)
    if allowed is None:
        return []
    value = "*" if allowed == "*" else origin
    headers = [(b"access-control-allow-origin", value.encode("latin-1", "replace"))]
    if value != "*":
        headers.append((b"vary", b"origin"))
    if cors.allow_credentials:
        headers.append((b"access-control-allow-credentials", b"true"))
    return headers


def _allows(pattern: str, origin: str) -> bool:
    """Exact origins in any case, `*`, and `https://*` or `http://*` for any origin of that scheme."""
    return (
        pattern in ("*", origin)
        or origin.lower() == pattern.lower()
        or (pattern in ("https://*", "http://*") and origin.startswith(pattern[:-1]))
    )


def _listed(name: bytes, values: tuple[str, ...]) -> list[Header]:
    return [(name, ",".join(values).encode("latin-1", "replace"))] if values else []
