"""Reverse proxies on loopback that hold every answer back for a while, in a process of their own.

It is driven over standard input: a number is the delay in seconds from now on, `report` prints how long each request
since the last report took, as seen from here.
"""

import json
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_OWN = frozenset(("connection", "transfer-encoding", "content-length", "date", "server"))


class Delaying:
    """Proxies in front of these URLs, from inside the process that measures. Use it as a context manager."""

    def __init__(self, urls: list[str]) -> None:
        command = [sys.executable, "-m", "benchmarks.doctor.delaying", *urls]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.urls: list[str] = json.loads(self._line())

    def delay(self, seconds: float) -> None:
        """Hold every answer back for that long from now on."""
        self._tell(str(seconds))

    def report(self) -> list[float]:
        """How many seconds each request since the last report took."""
        self._tell("report")
        took: list[float] = json.loads(self._line())
        return took

    def __enter__(self) -> "Delaying":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


class _Clock:
    delay = 0.0
    took: list[float] = []  # noqa: RUF012 - one process, one list


def _serve(target: str) -> str:
    upstream = urlsplit(target).netloc

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or head and body of an answer wait for each other

        def _forward(self) -> None:
            began = time.perf_counter()
            time.sleep(_Clock.delay)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _OWN}
            host = self.headers["Host"]
            headers |= {"X-Forwarded-Proto": "http", "X-Forwarded-Host": host.partition(":")[0]}
            headers |= {"X-Forwarded-Port": host.partition(":")[2], "Host": upstream, "Content-Length": str(len(body))}
            connection = HTTPConnection(upstream, timeout=30)
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OWN:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()
            _Clock.took.append(time.perf_counter() - began)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _forward  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def main() -> None:
    """Serve until standard input ends."""
    print(json.dumps([_serve(target) for target in sys.argv[1:]]), flush=True)
    for line in sys.stdin:
        if line.strip() == "report":
            print(json.dumps(_Clock.took), flush=True)
            _Clock.took = []
        else:
            _Clock.delay = float(line)


if __name__ == "__main__":
    main()
