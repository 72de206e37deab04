"""The running gateway of the data plane's tests, and a sandbox process that is left as it was found."""

from collections.abc import Iterator

import pytest

from tests.benches import Bench
from tests.conformance.case import published
from tests.sandbox_aws.conftest import aws
from tests.sandbox_gateway.conftest import Issuer, lab, running_lab, serving

__all__ = ["aws", "bench", "issuer", "lab", "running_lab"]


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """An identity provider of somebody's own, on a port of this machine."""
    issuer = Issuer()
    with serving(issuer) as port:
        issuer.url = f"http://127.0.0.1:{port}"
        issuer.restore()
        issuer.keys = published()
        yield issuer


@pytest.fixture
def bench(sandbox: Bench) -> Iterator[Bench]:
    """The shared sandbox; what a test makes under its own name is deleted afterwards."""
    yield sandbox
    gateway = sandbox.client("apigatewayv2")
    for api in gateway.get_apis()["Items"]:
        if api["Name"] == sandbox.name:
            gateway.delete_api(ApiId=api["ApiId"])
    functions, iam = sandbox.client("lambda"), sandbox.client("iam")
    if any(item["FunctionName"] == sandbox.name for item in functions.list_functions()["Functions"]):
        functions.delete_function(FunctionName=sandbox.name)
        iam.delete_role(RoleName=sandbox.name)
