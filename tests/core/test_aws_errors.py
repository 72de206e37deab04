"""AWS's refusals and boto3's own troubles, in words with what to do."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.aws.failures import in_words
from services.aws.session import AwsClients
from services.aws.steps.identity import Identity
from services.aws.steps.side import AwsSide
from services.cancel import Cancellation
from services.errors import ConfigurationError, GatelightError, RemoteError, Unreachable
from services.exchange import collecting
from services.http import HttpClient
from services.profile.model import AwsSettings
from services.provisioning.step import Work
from services.redact import Redactor, Secret
from tests.benches import Bench

CANARY = "aws-secret-canary"


def identity(clients: AwsClients, http: HttpClient) -> Identity:
    return Identity(AwsSide("p", AwsSettings(), clients, http))


def work() -> Work:
    return Work({}, Cancellation(), lambda *why: None)


def refusal(code: str, message: str = "because", status: int = 400) -> GatelightError:
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return in_words(ClientError(response, "CreateRole"), "work")


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "RequestExpired"])
def test_expired_credentials_say_how_to_sign_in_again(code: str) -> None:
    error = refusal(code)
    assert isinstance(error, ConfigurationError)
    assert f"have expired ({code})" in error.message
    assert "aws sso login --profile work" in error.fix


def test_a_refused_signature_never_repeats_the_signed_request() -> None:
    error = refusal(
        "SignatureDoesNotMatch", f"It does not match.\n\nThe Canonical String:\nx-amz-security-token:{CANARY}"
    )
    assert isinstance(error, ConfigurationError)
    assert error.message == "AWS does not accept the credentials (SignatureDoesNotMatch): It does not match."


def test_keys_that_aws_does_not_know_may_belong_to_another_partition() -> None:
    assert "GovCloud" in refusal("UnrecognizedClientException").fix
    assert "GovCloud" not in refusal("SignatureDoesNotMatch").fix


@pytest.mark.parametrize(
    ("code", "message", "fix"),
    [
        ("AccessDenied", "not authorized", "permission to call CreateRole"),
        ("TooManyRequestsException", "slow down", "wait a little"),
        ("BadRequestException", "Caught exception when connecting to https://x", "check the tunnel"),
        ("LimitExceeded", "too many roles", "Correct what it names"),
    ],
)
def test_a_refusal_keeps_awss_words_and_adds_what_to_do(code: str, message: str, fix: str) -> None:
    error = refusal(code, message, 403)
    assert isinstance(error, RemoteError)
    assert error.message == f"AWS refused CreateRole ({code}): {message}"
    assert fix in error.fix
    assert (error.status, error.code) == (403, code)


def test_missing_credentials_are_a_matter_of_configuration(http_client: HttpClient, redactor: Redactor) -> None:
    with pytest.raises(ConfigurationError, match="No usable AWS credentials") as raised:
        identity(AwsClients(redactor, region="us-east-1"), http_client).find(work())
    assert "aws configure" in raised.value.fix


def test_half_a_pair_of_credentials_is_named(
    http_client: HttpClient, redactor: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000000000000000")
    with pytest.raises(ConfigurationError, match="No usable AWS credentials"):
        identity(AwsClients(redactor, region="us-east-1"), http_client).find(work())


def test_a_missing_region_is_named(
    http_client: HttpClient, redactor: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000000000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    with pytest.raises(ConfigurationError, match="No AWS region is set") as raised:
        identity(AwsClients(redactor), http_client).find(work())
    assert "AWS_REGION" in raised.value.fix
    with pytest.raises(ConfigurationError, match="No AWS region is set"):
        AwsClients(redactor).client("lambda")


def test_the_region_comes_from_boto3s_own_chain(redactor: Redactor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert AwsClients(redactor).region == "eu-west-1"
    assert AwsClients(redactor, region="us-east-2").region == "us-east-2"


@pytest.mark.parametrize("by_environment", [True, False])
def test_an_unknown_aws_profile_is_named_wherever_it_was_chosen(
    http_client: HttpClient, redactor: Redactor, monkeypatch: pytest.MonkeyPatch, by_environment: bool
) -> None:
    if by_environment:
        monkeypatch.setenv("AWS_PROFILE", "nowhere")
    clients = AwsClients(redactor, profile="" if by_environment else "nowhere", region="us-east-1")
    with pytest.raises(ConfigurationError, match='AWS has no profile "nowhere"') as raised:
        identity(clients, http_client).find(work())
    assert "list-profiles" in raised.value.fix


def test_an_unreadable_aws_configuration_is_told(
    http_client: HttpClient, redactor: Redactor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("this is no INI file\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(GatelightError, match="Unable to parse config file"):
        identity(AwsClients(redactor, region="us-east-1"), http_client).find(work())


def test_an_endpoint_where_nothing_answers_is_unreachable(http_client: HttpClient, redactor: Redactor) -> None:
    clients = AwsClients(
        redactor,
        region="us-east-1",
        endpoint_url="http://127.0.0.1:1",
        access_key_id="AKIA0000000000000000",
        secret_access_key=Secret(CANARY),
    )
    with collecting() as said, pytest.raises(Unreachable, match=r'AWS did not answer at "http://127\.0\.0\.1:1'):
        identity(clients, http_client).find(work())
    assert said[0].status is None
    assert "no answer" in said[0].error
    assert CANARY not in repr(said)


def clients_of(sandbox: Bench, redactor: Redactor, **changes: Any) -> AwsClients:
    aws = sandbox.record.endpoints.aws
    settings: dict[str, Any] = {
        "region": aws.region,
        "endpoint_url": aws.endpoint_url,
        "access_key_id": aws.access_key_id,
        "secret_access_key": Secret(aws.secret_access_key),
    }
    return AwsClients(redactor, **{**settings, **changes})


def test_credentials_that_aws_does_not_accept_are_named(
    sandbox: Bench, http_client: HttpClient, redactor: Redactor
) -> None:
    clients = clients_of(sandbox, redactor, access_key_id="AKIA0000000000000000")
    with pytest.raises(ConfigurationError, match="AWS does not accept the credentials"):
        identity(clients, http_client).find(work())


def test_the_sandbox_is_reached_without_the_proxy_of_the_environment(
    sandbox: Bench, http_client: HttpClient, redactor: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    finding = identity(clients_of(sandbox, redactor), http_client).find(work())
    assert finding.facts["account"] == sandbox.record.endpoints.aws.account_id


def test_every_call_is_kept_with_its_operation_and_without_its_signature(
    sandbox: Bench, http_client: HttpClient, redactor: Redactor
) -> None:
    with collecting() as said:
        identity(clients_of(sandbox, redactor), http_client).find(work())
    call = said[0].aws
    assert call is not None
    assert (call.service, call.operation, call.region) == ("sts", "GetCallerIdentity", "us-east-1")
    assert said[0].status == 200
    assert "GetCallerIdentityResult" in str(said[0].response_body)
    assert "Signature=" not in repr(said)
