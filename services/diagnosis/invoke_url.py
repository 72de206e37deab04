"""What an invoke URL tells by itself: API, region and path, or a custom domain."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_AWS_HOST = re.compile(r"([a-z0-9]{6,20})\.execute-api\.([a-z0-9-]{5,30})\.(amazonaws\.com(?:\.cn)?|api\.aws)")
_LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


@dataclass(frozen=True, slots=True)
class InvokeTarget:
    """Where a request goes. `path` is raw, as the gateway gets it; without a query it is `/` at least.

    `api_id` and `region` are empty for a custom domain, whose name is in `domain`; all three are for no address at all.
    """

    host: str = ""
    path: str = ""
    api_id: str = ""
    region: str = ""
    partition: str = "aws"
    domain: str = ""


def read_invoke_url(url: str, *, is_sandbox: bool = False) -> InvokeTarget:
    """Take an invoke URL apart. On a sandbox a loopback URL's first segment is the API's id.

    What is no http(s) URL with a host comes out empty.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return InvokeTarget()
    if parts.scheme.lower() not in ("http", "https") or not host:
        return InvokeTarget()
    path = parts.path or "/"
    aws = _AWS_HOST.fullmatch(host)
    if aws:
        partition = "aws-cn" if aws[2].startswith("cn-") else "aws-us-gov" if aws[2].startswith("us-gov-") else "aws"
        return InvokeTarget(host, path, aws[1], aws[2], partition)
    if is_sandbox and host in _LOOPBACK:
        api_id, slash, rest = path[1:].partition("/")
        return InvokeTarget(host, slash + rest or "/", api_id)
    return InvokeTarget(host, path, domain=host)
