"""The address FusionAuth believes to be reached at: from the request, as its HTTP server (java-http) reads it."""

from starlette.requests import Request

from services.sandbox.fusionauth.errors import Refused

_DEFAULT_PORTS = {"http": 80, "https": 443}


def base_url(request: Request, *, keeps_listening_port: bool = False) -> str:
    """Scheme, host and port of the request as the caller sees them, without a trailing slash.

    `X-Forwarded-Proto` gives the scheme, the first `X-Forwarded-Host` the host, `X-Forwarded-Port` the port; without
    the last, it is the port in `X-Forwarded-Host`, or 443 where `X-Forwarded-Proto` is exactly `https`, or the
    request's own. With `keeps_listening_port` it is as before java-http's change of 2024-04-08: whatever scheme is
    forwarded, the port is the one the server listens on unless a header names another.

    Raises `Refused` (500) where the headers make no URL, as with two schemes in `X-Forwarded-Proto`.
    """
    proto = request.headers.get("x-forwarded-proto")
    scheme = proto if proto is not None else request.url.scheme
    if scheme not in _DEFAULT_PORTS:
        raise Refused(500)
    own_host, own_port = _split(request.headers.get("host", ""))
    forwarded_host, forwarded_port = _split(request.headers.get("x-forwarded-host", "").split(",")[0].strip())
    if keeps_listening_port and proto is not None:
        default = str(request.scope["server"][1])
    else:
        default = "443" if proto == "https" else own_port
    port = request.headers.get("x-forwarded-port") or forwarded_port or default
    if port and not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
        raise Refused(500)
    suffix = f":{int(port)}" if port and int(port) != _DEFAULT_PORTS[scheme] else ""
    return f"{scheme}://{forwarded_host or own_host}{suffix}"


def _split(host: str) -> tuple[str, str]:
    """Host and port of a `Host` header's value; an IPv6 address keeps its brackets."""
    if host.endswith("]"):
        return host, ""
    name, _, port = host.rpartition(":")
    return (name, port) if name else (port, "")
