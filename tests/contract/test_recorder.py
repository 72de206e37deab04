"""Every process of a test run is heard, and the test in which the contract is broken fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.http import HttpClient
from services.redact import Redactor
from services.sandbox.fusionauth import app
from tests.benches import Bench
from tests.contract import recorder
from tests.contract.plugin import Broken, Court
from tests.sandbox_fusionauth import conftest

CHILD = """
import asyncio
from contextlib import suppress
from services.errors import Unreachable
from services.http import HttpClient
from services.redact import Redactor
from services.sandbox.fusionauth.api import system
from services.sandbox.fusionauth.app import create_app
from services.sandbox.fusionauth.store import Store

async def take(message=None):
    return {"type": "http.request", "body": b""}

system.VERSION = 1.69  # the documentation has it as text
store = Store.fresh()
headers = [(b"authorization", store.api_key.encode())]
scope = {"type": "http", "method": "GET", "path": "/api/system/version", "headers": headers, "query_string": b""}
asyncio.run(create_app(store)(scope, take, take))
with suppress(Unreachable):
    HttpClient(Redactor()).send("GET", "http://127.0.0.1:1/api/tenants")
"""


def test_a_child_process_is_judged_by_what_it_said(tmp_path: Path) -> None:
    variables = os.environ | {recorder.FOLDER: str(tmp_path)}
    subprocess.run([sys.executable, "-c", CHILD], env=variables, check=True, timeout=30)
    judged = Court(tmp_path)
    assert sorted(judged.breaches()) == [
        "GET /api/tenants: no such operation is described",
        'response 200 of GET /api/system/version: version: 1.69 is not of type "string"',
    ]
    assert judged.breaches() == []  # told once


def test_the_shared_sandbox_and_our_client_are_heard(sandbox: Bench, court: Court) -> None:
    court.check()
    before = court.seen
    url = f"{sandbox.record.endpoints.fusionauth.url}/api/health"
    assert HttpClient(Redactor()).send("GET", url).status == 200
    assert court.breaches() == []
    assert court.seen >= before + 2  # the request, and the response of another process


def test_the_fusionauth_in_this_process_is_heard() -> None:
    assert vars(conftest)["create_app"] is app.create_app
    assert app.create_app.__code__.co_filename == recorder.__file__


@pytest.mark.xfail(raises=Broken, strict=True)
def test_a_test_in_which_the_contract_is_broken_fails(court: Court) -> None:
    answer = {"type": "response", "method": "GET", "path": "/api/health", "status": 201, "headers": [], "body": ""}
    court.here.append(answer)
