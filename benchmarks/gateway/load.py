"""Load by `wrk`, one thread, every connection kept open; and single pairs on connections of their own."""

import re
import socket
import subprocess
import time
from urllib.parse import urlsplit

from benchmarks.gateway.server import Server

_DONE = re.compile(r"(\d+) requests in")
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")


def put_under_load(server: Server, connections: int, seconds: int) -> tuple[int, float]:
    """Requests answered, and how many in a second. Raises RuntimeError when one was not answered with 200."""
    done = subprocess.run(
        [
            *("wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"),
            *("--timeout", "10s", "--header", f"Authorization: {server.authorization}", server.url),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    requests, rate = _DONE.search(done.stdout), _RATE.search(done.stdout)
    if requests is None or rate is None or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(f"{server.name} did not answer every request with 200:\n{done.stdout}{done.stderr}")
    return int(requests[1]), float(rate[1])


def seconds_for_pair(server: Server) -> float:
    """How long one request without a token and one with it take, on a new connection each."""
    began = time.perf_counter()
    answers = _status(server.url, ""), _status(server.url, f"Authorization: {server.authorization}\r\n")
    seconds = time.perf_counter() - began
    if answers != ("401", "200"):
        raise RuntimeError(f"{server.name} answers {answers} instead of 401 and 200.")
    return seconds


def _status(url: str, header: str) -> str:
    """A bare client, so that what is measured is the server."""
    where = urlsplit(url)
    request = f"GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\n{header}Connection: close\r\n\r\n"
    with socket.create_connection((where.hostname, where.port), timeout=10) as connection:
        connection.sendall(request.encode())
        answer = bytearray()
        while chunk := connection.recv(65_536):
            answer += chunk
    return answer[9:12].decode()
