"""Reading AWS without the means for it: every case is a fact that says what is needed."""

import pytest

from services.aws.session import AwsClients
from services.diagnosis.aws_reads import AwsReads, or_missing
from services.diagnosis.facts import Missing
from services.redact import Redactor, Secret


def read(clients: AwsClients) -> Missing:
    found = or_missing(lambda: AwsReads(clients).api("get_api", "/apis/abc", ApiId="abc"))
    assert isinstance(found, Missing)
    return found


def test_no_credentials_are_told_with_what_to_do() -> None:
    found = read(AwsClients(Redactor(), region="eu-central-1", read_only=True))

    assert "No usable AWS credentials" in found.reason
    assert "aws sso login" in found.needs
    assert not found.gone


def test_a_profile_that_does_not_exist_is_told() -> None:
    found = read(AwsClients(Redactor(), region="eu-central-1", profile="nowhere", read_only=True))

    assert 'no profile "nowhere"' in found.reason


def test_an_aws_that_does_not_answer_is_told(unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    url = f"http://127.0.0.1:{unused_tcp_port}"
    clients = AwsClients(
        Redactor(), region="us-east-1", endpoint_url=url, access_key_id="AKIA", secret_access_key=Secret("secret-key")
    )

    assert "did not answer" in read(clients).reason


def test_the_region_asked_for_comes_before_the_profile_s() -> None:
    mine = AwsClients(Redactor(), region="eu-central-1")

    assert AwsReads(mine.reading("us-west-2")).region == "us-west-2"
    assert AwsReads(mine.reading()).region == "eu-central-1"
    assert AwsReads(mine.reading().reading("us-west-2")).region == "us-west-2"
    reading = mine.reading()
    assert reading.reading() is reading
