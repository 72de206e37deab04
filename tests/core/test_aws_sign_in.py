"""Every way boto3 signs in works, asks the person where botocore would ask a terminal, and fails in words."""

import hashlib
import http.server
import json
import ssl
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import botocore.credentials
import pytest

from services.aws import sign_in
from services.aws.caller import Caller, read_caller
from services.aws.session import AwsClients
from services.errors import ConfigurationError, GatelightError, Unreachable
from services.redact import Redactor, Secret
from tests.benches import Bench
from tests.core.test_tls import _self_signed

ACCOUNT, DEVICE = "123456789012", "arn:aws:iam::123456789012:mfa/phone"
ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/session"
TOKEN = "session-token-canary"
_XML = '<{0}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{0}Result>{1}</{0}Result></{0}Response>'
CONFIG = f"""
[profile base]
aws_access_key_id = AKIA0000000000000000
aws_secret_access_key = base-secret-canary
[profile deploy]
role_arn = arn:aws:iam::{ACCOUNT}:role/Deployer
source_profile = base
region = eu-central-1
[profile phone]
role_arn = arn:aws:iam::{ACCOUNT}:role/Deployer
source_profile = base
mfa_serial = {DEVICE}
region = eu-central-1
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-central-1
[profile sso]
sso_session = corp
sso_account_id = {ACCOUNT}
sso_role_name = Deployer
region = eu-central-1
[profile old-sso]
sso_start_url = https://old.awsapps.com/start
sso_region = eu-central-1
sso_account_id = {ACCOUNT}
sso_role_name = Deployer
region = eu-central-1
[profile through-sso]
role_arn = arn:aws:iam::{ACCOUNT}:role/Deployer
source_profile = sso
region = eu-central-1
[profile login]
login_session = arn:aws:iam::{ACCOUNT}:user/me
region = eu-central-1
[profile half]
aws_access_key_id = AKIA0000000000000000
region = eu-central-1
[profile typo]
aws_access_key_id = AKIA0000000000000000
aws_secret_access_key = x
region = eu-cental-1
[profile program]
region = eu-central-1
credential_process = {{program}}
"""


@dataclass
class Sts:
    """AWS's token service as far as signing in needs it."""

    seconds: int = 3600
    refuses: str = ""
    calls: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def answer(self, call: dict[str, str]) -> tuple[int, str]:
        self.calls.append(call)
        action = call["Action"]
        if action == "GetCallerIdentity":
            return 200, _XML.format(action, f"<Arn>{ARN}</Arn><UserId>x</UserId><Account>{ACCOUNT}</Account>")
        if self.refuses:
            error = f"<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{self.refuses}</Message></Error>"
            return 403, f"<ErrorResponse>{error}<RequestId>req-1</RequestId></ErrorResponse>"
        ends = (datetime.now(UTC) + timedelta(seconds=self.seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
        keys = "<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
        session = f"<SessionToken>{TOKEN}</SessionToken><Expiration>{ends}</Expiration>"
        user = f"<AssumedRoleUser><Arn>{ARN}</Arn><AssumedRoleId>x</AssumedRoleId></AssumedRoleUser>"
        return 200, _XML.format(action, f"<Credentials>{keys}{session}</Credentials>{user}")

    @property
    def codes(self) -> list[str | None]:
        """The MFA codes that roles were assumed with."""
        return [call.get("TokenCode") for call in self.calls if call["Action"] == "AssumeRole"]


def serve(sts: Sts, context: ssl.SSLContext | None = None) -> http.server.ThreadingHTTPServer:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, text = sts.answer(dict(parse_qsl(body.decode())))
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    sts.url = f"{'https' if context else 'http'}://localhost:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's AWS configuration."""
    file = tmp_path / "aws-config"
    file.write_text(CONFIG)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    return file


@pytest.fixture
def sts(configured: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sts]:
    """A token service where the person's settings say that it is."""
    sts = Sts()
    server = serve(sts)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
    yield sts
    server.shutdown()
    server.server_close()


def test_a_role_behind_an_mfa_device_asks_once_for_all_clients_of_the_sign_in(sts: Sts, redactor: Redactor) -> None:
    asked: list[str] = []

    def give(device: str) -> str:
        asked.append(device)
        return " 123456 "

    clients = AwsClients(redactor, profile="phone", give_code=give)
    caller = read_caller(clients)
    assert caller == Caller(ARN, ACCOUNT, "eu-central-1", sts.url)
    assert caller.name == "role/Deployer"
    assert read_caller(clients.reading("us-west-2")).region == "us-west-2"
    assert asked == [DEVICE]
    assert sts.codes == ["123456"]
    assert TOKEN not in redactor.mask(f"it says {TOKEN}")
    clients.close()


def test_a_refused_code_and_a_refused_role_are_told_apart(sts: Sts, redactor: Redactor) -> None:
    sts.refuses = "MultiFactorAuthentication failed with invalid MFA one time pass code."
    with pytest.raises(ConfigurationError, match="AWS does not take the MFA code") as raised:
        read_caller(AwsClients(redactor, profile="phone", give_code=lambda _: "000000"))
    assert "next code" in raised.value.fix
    with pytest.raises(ConfigurationError, match="has six digits") as typed:
        read_caller(AwsClients(redactor, profile="phone", give_code=lambda _: "12345x"))
    assert "12345x" not in typed.value.message
    sts.refuses = "User is not authorized to perform: sts:AssumeRole"
    with pytest.raises(GatelightError, match=r"AWS refused AssumeRole .*Request id: req-1") as refused:
        read_caller(AwsClients(redactor, profile="deploy"))
    assert "role_arn" in refused.value.fix


def test_where_nobody_gives_a_code_it_is_said_and_asked_only_once(sts: Sts, redactor: Redactor) -> None:
    asked: list[str] = []

    def give(device: str) -> str:
        asked.append(device)
        return ""

    clients = AwsClients(redactor, profile="phone", give_code=give)
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=f'code of the MFA device "{DEVICE}"') as raised:
            read_caller(clients)
        assert 'eval "$(aws configure export-credentials --profile phone --format env)"' in raised.value.fix
    assert asked == [DEVICE]
    assert sts.codes == []


def test_what_expires_is_refreshed_and_with_mfa_asked_for_anew(sts: Sts, redactor: Redactor) -> None:
    sts.seconds = 300  # botocore renews what ends within ten minutes
    clients = AwsClients(redactor, profile="deploy")
    read_caller(clients)
    read_caller(clients)
    assert sts.codes == [None, None]
    codes = iter(("111111", "222222"))
    clients = AwsClients(redactor, profile="phone", give_code=lambda _: next(codes))
    read_caller(clients)
    with pytest.raises(ConfigurationError, match="has come to its end"):
        read_caller(clients)
    read_caller(clients)
    assert sts.codes[2:] == ["111111", "222222"]


@pytest.mark.parametrize(
    ("profile", "said", "fix"),
    [
        ("sso", "not valid any more: Error loading SSO Token", 'sso-session "corp"): aws sso login --profile sso'),
        ("old-sso", "not valid any more: The SSO session associated", "Sign in again: aws sso login --profile old-sso"),
        ("through-sso", "not valid any more", "aws sso login --profile sso"),
        ("login", "needs botocore's extra crt", "aws configure export-credentials --profile login"),
        ("half", "Partial credentials found", "aws configure --profile half"),
        ("nowhere", 'AWS has no profile "nowhere"', "list-profiles"),
    ],
)
def test_a_sign_in_that_does_not_work_names_the_command_that_mends_it(
    configured: Path, redactor: Redactor, profile: str, said: str, fix: str
) -> None:
    cache = Path(botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR)
    cache.mkdir(parents=True, exist_ok=True)  # in the home of the tests: botocore looks it up when it is imported
    expired = {"accessToken": "x", "expiresAt": "2020-01-01T00:00:00Z", "startUrl": "https://old.awsapps.com/start"}
    name = hashlib.sha1(expired["startUrl"].encode()).hexdigest()
    (cache / f"{name}.json").write_text(json.dumps(expired))
    with pytest.raises(ConfigurationError) as raised:
        read_caller(AwsClients(redactor, profile=profile))
    assert said in raised.value.message
    assert fix in raised.value.fix


PROGRAM = f"{sys.executable} {{file}}"
GOOD = {"Version": 1, "AccessKeyId": "ASIA1", "SecretAccessKey": "s", "SessionToken": TOKEN}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import sys; print('canary'); sys.exit('first\\nnot signed in to the vault')", "not signed in to the vault"),
        ("print('canary, no JSON')", "what it printed is no JSON"),
        ("import time; time.sleep(60)", "it did not end within 0 s"),
        ("", "Unsupported version"),
        (None, "cannot be started"),
    ],
)
def test_a_program_that_gives_no_credentials_is_told_by_what_it_says(
    configured: Path, redactor: Redactor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str | None, said: str
) -> None:
    if source is not None and "sleep" in source:
        monkeypatch.setattr(sign_in, "_PROCESS_SECONDS", 0.2)
    file = tmp_path / "program.py"
    file.write_text(source or "print({})")
    program = "/nowhere/program" if source is None else PROGRAM.format(file=file)
    configured.write_text(CONFIG.replace("{program}", program))
    with pytest.raises(ConfigurationError) as raised:
        read_caller(AwsClients(redactor, profile="program"))
    assert said in raised.value.message
    assert "canary" not in raised.value.message + raised.value.fix
    assert f"it runs {program.split()[0]}" in raised.value.fix


def test_a_program_that_gives_credentials_signs_in(
    sts: Sts, configured: Path, redactor: Redactor, tmp_path: Path
) -> None:
    file = tmp_path / "program.py"
    file.write_text(f"print({json.dumps(json.dumps(GOOD))})")
    configured.write_text(CONFIG.replace("{program}", PROGRAM.format(file=file)))
    assert read_caller(AwsClients(redactor, profile="program")).account == ACCOUNT


def test_keys_that_are_set_up_meanwhile_are_seen(sts: Sts, redactor: Redactor, configured: Path) -> None:
    configured.write_text("[profile new]\nregion = eu-central-1\n")
    clients = AwsClients(redactor, profile="new")
    with pytest.raises(ConfigurationError, match="No usable AWS credentials"):
        read_caller(clients)
    keys = "aws_access_key_id = AKIA0000000000000000\naws_secret_access_key = x\n"
    configured.write_text(f"[profile new]\nregion = eu-central-1\n{keys}")
    assert read_caller(clients).account == ACCOUNT


def test_a_region_with_a_typo_names_the_nearest(
    configured: Path, redactor: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unreachable) as unreachable:
        read_caller(AwsClients(redactor, profile="base", region="eu-cental-1"))
    assert 'did you mean "eu-central-1"?' in unreachable.value.fix
    with pytest.raises(ConfigurationError, match='AWS has no region "europe-1"'):
        read_caller(AwsClients(redactor, profile="base", region="europe-1"))
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    assert AwsClients(redactor, profile="deploy").region == "eu-west-3"


def test_the_persons_endpoint_and_certificates_are_respected(
    configured: Path, redactor: Redactor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate, key = _self_signed(tmp_path, "localhost", 1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    sts = Sts()
    server = serve(sts, context)
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL", sts.url)
        with pytest.raises(Unreachable, match="certificate") as raised:
            read_caller(AwsClients(redactor, profile="deploy"))
        assert "AWS_CA_BUNDLE" in raised.value.fix
        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
        assert read_caller(AwsClients(redactor, profile="deploy")).endpoint == sts.url
        monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
        with pytest.raises(Unreachable, match=r"sts\.eu-central-1\.amazonaws\.com"):
            read_caller(AwsClients(redactor, profile="deploy"))
    finally:
        server.shutdown()
        server.server_close()


def test_the_sandbox_ignores_every_aws_setting_of_the_person(
    sandbox: Bench, redactor: Redactor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("this is no INI file\n")
    settings: dict[str, Any] = {
        "AWS_CONFIG_FILE": tmp_path / "config",
        "AWS_SHARED_CREDENTIALS_FILE": tmp_path / "config",
        "AWS_PROFILE": "nowhere",
        "AWS_DEFAULT_REGION": "mars-1",
        "AWS_REGION": "mars-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_CA_BUNDLE": "/nowhere",
        "AWS_SESSION_TOKEN": TOKEN,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, str(value))
    there = sandbox.record.endpoints.aws
    clients = AwsClients(
        redactor,
        region=there.region,
        endpoint_url=there.endpoint_url,
        access_key_id=there.access_key_id,
        secret_access_key=Secret(there.secret_access_key),
    )
    assert read_caller(clients).account == there.account_id
    assert read_caller(clients).endpoint == ""
    clients.close()


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:iam::1:user/team/richard", "user/richard"),
        ("arn:aws-us-gov:sts::1:assumed-role/Deployer/me@example.com", "role/Deployer"),
        ("arn:aws:sts::1:assumed-role/AWSReservedSSO_Admin_Access_0123456789abcdef/me", "sso/Admin_Access"),
        ("arn:aws:iam::1:root", "root"),
        ("arn:aws:sts::1:federated-user/richard", "federated-user/richard"),
    ],
)
def test_a_caller_is_named_in_short(arn: str, name: str) -> None:
    assert Caller(arn, "1").name == name
