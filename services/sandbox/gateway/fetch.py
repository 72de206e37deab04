"""One bounded GET from the sandbox's AWS to an issuer: no redirects, no proxies, nothing that is private to it.

It runs on asyncio streams so that a deadline or a shutdown ends it at once; HTTP is parsed by httptools.
"""

import asyncio
import ipaddress
import re
import ssl
from collections.abc import Collection
from functools import cache
from urllib.parse import SplitResult, urlsplit

import httptools

_UNSENDABLE = re.compile(r"[^\x21-\x7e]")
_CHUNK = 65_536


class FetchFailed(Exception):
    """The document could not be fetched; the text is a clause that says why."""


class _Response:
    """Collects what httptools finds in a response."""

    def __init__(self) -> None:
        self.body = bytearray()
        self.complete = False

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        self.complete = True


async def fetch(url: str, *, private_ports: Collection[int], seconds: float, limit: int) -> bytes:
    """The body of a 200 of at most `limit` bytes, within `seconds`. Raises FetchFailed."""
    try:
        async with asyncio.timeout(seconds):
            return await _fetch(url, private_ports, limit)
    except TimeoutError:
        raise FetchFailed(f"no complete answer within {seconds * 1000:.0f} ms") from None
    except ssl.SSLError as error:
        raise FetchFailed(f"TLS failed ({error.reason or error})") from None
    except OSError as error:
        raise FetchFailed(f"no connection ({error.strerror or error})") from None
    except (ValueError, httptools.HttpParserError):
        raise FetchFailed("the URL or the answer is not valid HTTP") from None


async def _fetch(url: str, private_ports: Collection[int], limit: int) -> bytes:
    if _UNSENDABLE.search(url):
        raise FetchFailed("the URL has characters a URL cannot have")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchFailed("it is not an https URL")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = await _public_address(parts, port, private_ports)
    secure = _tls() if parts.scheme == "https" else None
    name = parts.hostname if secure else None
    # Connecting to the address that was checked leaves a name no second chance to resolve to a private one.
    reader, writer = await asyncio.open_connection(address, port, ssl=secure, server_hostname=name)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        host = parts.netloc.rpartition("@")[2]
        lines = f"GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
        writer.write(lines.encode("ascii"))
        return await _read(reader, limit)
    finally:
        writer.close()


async def _public_address(parts: SplitResult, port: int, private_ports: Collection[int]) -> str:
    found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=1)
    addresses = [str(entry[4][0]) for entry in found]
    loopback = [address for address in addresses if _is_loopback(address)]
    if loopback and port in private_ports:
        raise FetchFailed(f"port {port} of this machine is private and cannot be reached from AWS")
    if parts.scheme == "http" and len(loopback) < len(addresses):
        raise FetchFailed("an issuer must use https")
    return addresses[0]


def _is_loopback(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    ip = mapped or ip
    return ip.is_loopback or ip.is_unspecified


async def _read(reader: asyncio.StreamReader, limit: int) -> bytes:
    response = _Response()
    parser = httptools.HttpResponseParser(response)
    received = 0
    while not response.complete:
        data = await reader.read(_CHUNK)
        if not data:
            break  # a body without a length ends with the connection
        received += len(data)
        parser.feed_data(data)
        if len(response.body) > limit or received > 2 * limit:
            raise FetchFailed(f"the answer is larger than {limit} bytes")
    status = parser.get_status_code()
    if 300 <= status < 400:
        raise FetchFailed(f"it answered {status}, and redirects are not followed")
    if status != 200:
        raise FetchFailed(f"it answered {status}")
    return bytes(response.body)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
