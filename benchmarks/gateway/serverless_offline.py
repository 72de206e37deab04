"""serverless-offline with the same function behind the same route. It reads tokens but does not verify them."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.gateway.server import ROUTE, Server, wait_until_it_answers
from benchmarks.installation import ROOT, Installation

VERSION = "14.8.2"
_PACKAGES = (f"serverless-offline@{VERSION}", "osls@4.3.1")  # osls: the Serverless Framework's open fork


def install(folder: Path) -> None:
    """Put it and the function into the folder by npm. Raises CalledProcessError."""
    folder.mkdir()
    (folder / "package.json").write_text('{"private": true}')
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", *_PACKAGES], cwd=folder, check=True)
    shutil.copy(ROOT / "lambda_template" / "index.mjs", folder)


@contextmanager
def serverless_offline(
    installation: Installation, folder: Path, token: str, claims: dict[str, Any]
) -> Iterator[Server]:
    """Run it until the block ends, for tokens of this issuer and audience. Raises TimeoutError."""
    (folder / "serverless.yml").write_text(json.dumps(_service(claims)))  # JSON is YAML
    http, invoke, websocket = _free_ports(3)
    command = [
        *("node", "node_modules/osls/bin/serverless.js", "offline", "--host", "127.0.0.1", "--noSponsor"),
        # Without this it does not start: it can only read tokens.
        "--ignoreJWTSignature",
        *("--httpPort", str(http), "--lambdaPort", str(invoke), "--websocketPort", str(websocket)),
    ]
    environment = installation.environment | {"AWS_ACCESS_KEY_ID": "unused", "AWS_SECRET_ACCESS_KEY": "unused"}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{http}{ROUTE}"
        wait_until_it_answers(url, 60)
        yield Server("serverless-offline", url, token, process.pid)
    finally:
        process.terminate()
        process.wait(10)


def _service(claims: dict[str, Any]) -> dict[str, Any]:
    authorizer = {
        "type": "jwt",
        "identitySource": "$request.header.Authorization",
        "issuerUrl": claims["iss"],
        "audience": [claims["aud"]],
    }
    event = {"method": "*", "path": ROUTE, "authorizer": {"name": "fusionauth"}}
    return {
        "service": "bench",
        "provider": {"name": "aws", "runtime": "nodejs22.x", "httpApi": {"authorizers": {"fusionauth": authorizer}}},
        "plugins": ["serverless-offline"],
        "functions": {"private": {"handler": "index.handler", "events": [{"httpApi": event}]}},
    }


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
