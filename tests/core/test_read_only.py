"""Where everything is read-only, no call that could change something leaves this process, whoever makes it."""

import inspect
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from services.aws.session import AwsClients
from services.cancel import Cancellation
from services.connections import Connections
from services.fusionauth.client import FusionAuth
from services.http import HttpClient
from services.profile.model import Profile
from services.provisioning.ledger import Ledger
from services.provisioning.ledger_view import LedgerView
from services.provisioning.step import Outcome, Record
from services.read_only import ReadOnly
from services.redact import Redactor, Secret
from services.tokens.acquire import Login, log_in
from services.tokens.oauth import OAuthClient
from services.tokens.refresh import refresh
from services.tokens.ways import RefreshAt
from services.tunnel.manual import ManualUrl
from services.workbench import Workbench

SERVICES = ("apigatewayv2", "lambda", "iam", "sts", "logs")
APPLICATION = "85a03867-dccf-4882-adde-1a79aeec50df"
READING = ("get", "list", "describe", "head", "simulate", "batchget", "filter", "lookup", "search")


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server that answers everything, and the methods it was asked with."""
    methods: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline()
            if not self.raw_requestline or not self.parse_request():
                return
            methods.append(self.command)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=lambda: server.serve_forever(0.02), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", methods
    server.shutdown()
    server.server_close()


def connections(url: str) -> Connections:
    """Everything a profile has, wired to one server."""
    redactor = Redactor()
    http = HttpClient(redactor)
    aws = AwsClients(
        redactor, region="us-east-1", endpoint_url=url, access_key_id="AKIA", secret_access_key=Secret("secret-key")
    )
    return Connections(
        name="dev",
        profile=Profile(),
        redactor=redactor,
        http=http,
        fusionauth=FusionAuth(http, url, Secret("api-key"), redactor),
        api_key=Secret("api-key"),
        password=Secret("pass-word"),
        aws=aws,
        tunnel=ManualUrl("https://fusionauth.example"),
        ledger=Ledger(None, "dev"),
    )


def test_every_aws_operation_that_is_not_for_reading_is_refused_before_it_is_sent(asked: tuple[str, list[str]]) -> None:
    url, methods = asked
    aws = connections(url).reading().aws
    refused = 0
    for service in SERVICES:
        client = aws.client(service)
        for operation in client.meta.service_model.operation_names:
            if operation.lower().startswith(READING):
                continue
            with pytest.raises(ReadOnly, match=operation):
                client._make_api_call(operation, {})
            refused += 1

    assert refused > 200
    assert methods == []


def test_reading_operations_are_sent(asked: tuple[str, list[str]]) -> None:
    url, methods = asked
    client = connections(url).reading().aws.client("apigatewayv2")
    with pytest.raises(client.exceptions.ClientError):
        client.get_apis()

    assert methods == ["GET"]


def test_fusionauth_s_client_only_reads(asked: tuple[str, list[str]]) -> None:
    url, methods = asked
    fusionauth = connections(url).reading().fusionauth
    refused = []
    for name, method in inspect.getmembers(fusionauth, inspect.ismethod):
        if name.startswith("_") or name == "over":
            continue
        try:
            method(*map(_argument, list(inspect.signature(method).parameters.values())))
        except ReadOnly:
            refused.append(name)
        except Exception:  # noqa: BLE001 - what a 404 makes of a reading call is not the point here
            pass

    assert set(methods) == {"GET"}
    assert {"set_issuer", "create_application", "delete_user", "register", "create_login_key", "may_call"} <= set(
        refused
    )


def _argument(parameter: inspect.Parameter) -> Any:
    if parameter.default is not inspect.Parameter.empty:
        return parameter.default
    if parameter.name == "method":
        return "POST"
    if parameter.name in ("password", "secret"):
        return Secret("secret")
    if parameter.name.endswith("_id"):
        return APPLICATION
    return {} if parameter.name == "settings" else f"/{parameter.name}"


def test_no_login_and_no_refresh_is_sent(asked: tuple[str, list[str]]) -> None:
    url, methods = asked
    http, redactor = connections(url).reading().http, Redactor()
    with pytest.raises(ReadOnly):
        log_in(Login(url, Secret("k"), APPLICATION, "me@example.com", Secret("p")), http, redactor, Cancellation())
    for at in RefreshAt:
        with pytest.raises(ReadOnly):
            refresh(Secret("r"), at, OAuthClient(url, "a", Secret("c")), http, redactor)

    assert methods == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "post", "PROPFIND"])
def test_no_unsafe_http_method_is_sent(asked: tuple[str, list[str]], method: str) -> None:
    url, methods = asked
    with pytest.raises(ReadOnly):
        connections(url).reading().http.send(method, url + "/x?token=secret")

    assert methods == []


def test_runs_are_refused_and_the_ledger_stays_as_it_is(asked: tuple[str, list[str]], tmp_path: Any) -> None:
    url, methods = asked
    path = tmp_path / "ledger.json"
    ledger = Ledger(path, "dev")
    record = Record("tunnel", Outcome.CREATED, {"public_url": "https://x.example"})
    ledger.record(record)
    before = path.read_bytes(), sorted(tmp_path.iterdir())
    whole = connections(url)
    reading = Workbench(Connections(**{**_fields(whole), "ledger": ledger}).reading())
    for run in (reading.up, reading.down):
        with pytest.raises(ReadOnly):
            run(lambda _: None, Cancellation())
    with pytest.raises(ReadOnly):
        reading.up(lambda _: None, Cancellation(), only="tunnel")
    view = reading._to.ledger
    for write in (view.intend, view.record, view.retract, view.forget, view.begin_break, view.end_break):
        with pytest.raises(ReadOnly):
            write(record)  # type: ignore[arg-type]

    assert view.records == {"tunnel": record}
    assert view.facts == {"public_url": "https://x.example"}
    assert (path.read_bytes(), sorted(tmp_path.iterdir())) == before
    assert json.loads(before[0])["records"]
    assert methods == []


def test_nothing_of_a_ledger_is_forgotten_by_its_view() -> None:
    public = {name for name in vars(Ledger) if not name.startswith("_")} - {"facts"}  # they follow from the records

    assert public <= vars(LedgerView).keys()


def test_the_tunnel_can_be_seen_and_not_switched(asked: tuple[str, list[str]]) -> None:
    tunnel = connections(asked[0]).reading().tunnel

    assert tunnel.current() == "https://fusionauth.example"
    with pytest.raises(ReadOnly):
        tunnel.open(Cancellation())
    with pytest.raises(ReadOnly):
        tunnel.close()


def _fields(whole: Connections) -> dict[str, Any]:
    return {name: getattr(whole, name) for name in Connections.__slots__}
