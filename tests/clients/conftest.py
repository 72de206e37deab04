"""FusionAuth's clients, each in turn, on a fresh FusionAuth of the sandbox."""

from collections.abc import Iterator

import pytest

from services.fusionauth.client import FusionAuth
from services.http import HttpClient
from services.redact import Redactor, Secret
from tests.clients.node import needs, script
from tests.clients.official import Official, python, typescript
from tests.sandbox_fusionauth.conftest import Client, fusionauth, rsa_keys, switch

__all__ = ["fusionauth", "rsa_keys", "switch"]


@pytest.fixture(params=["python", pytest.param("typescript", marks=needs("@fusionauth/typescript-client"))])
def official(request: pytest.FixtureRequest, fusionauth: Client) -> Iterator[Official]:
    """One of FusionAuth's own clients, with the key of the key manager."""
    key, tenant = fusionauth.store.api_key, fusionauth.store.tenant_id
    if request.param == "python":
        yield Official(python, fusionauth.url, key, tenant)
    else:
        with script("fusionauth_client.mjs") as running:
            yield Official(typescript(running), fusionauth.url, key, tenant)


@pytest.fixture
def ours(fusionauth: Client) -> Iterator[FusionAuth]:
    """Gatelight's own client of the same FusionAuth."""
    redactor = Redactor()
    http = HttpClient(redactor)
    yield FusionAuth(http, fusionauth.url, Secret(fusionauth.store.api_key), redactor)
    http.close()
