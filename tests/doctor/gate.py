"""A provisioned gate in a sandbox, as a test breaks it: through `requests` and `boto3`, not through our services."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from services.aws.session import AwsClients
from services.cancel import Cancellation
from services.diagnosis.asking import Access
from services.diagnosis.diagnose import diagnose
from services.diagnosis.diagnosis import Diagnosis, Finding
from services.diagnosis.doctor import examine
from services.diagnosis.intake import Intake, Presented
from services.diagnosis.issuer_probe import Reach
from services.http import HttpClient
from services.redact import Redactor, Secret
from services.workbench import Workbench
from tests.benches import Bench

Undo = Callable[[], object]
STATEMENT = "gatelight-{}"
_SLOWNESS = ("discovery-slow", "clock")  # true of a machine that is busy with other tests


@dataclass(frozen=True)
class Gate:
    """One gate for all cases of a worker; each case restores what it broke."""

    bench: Bench
    workbench: Workbench
    facts: dict[str, str]

    def text(self, template: str) -> str:
        """`{issuer}`, `{audience}` and the other facts of the gate in place of their names."""
        return template.format_map({**self.facts, "audience": self.facts["application_id"]})

    # FusionAuth

    def fusionauth(self, method: str, path: str, body: Any = None) -> Any:
        """Call FusionAuth's API; the decoded answer, empty where there is none."""
        answer = self.bench.fusionauth(method, path, body, tenant=self.facts["tenant_id"])
        assert answer.status_code == 200, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else {}

    @property
    def application(self) -> str:
        """The application's path in FusionAuth's API."""
        return f"/api/application/{self.facts['application_id']}"

    @property
    def tenant(self) -> str:
        """The tenant's path."""
        return f"/api/tenant/{self.facts['tenant_id']}"

    def login(self, application_id: str | None = None) -> Any:
        """What the Login API answers to the right password, to our application if no other is named."""
        there = self.bench.record.endpoints.fusionauth
        body = {"loginId": self.bench.email, "password": "correct-horse-7f3a"}
        if application_id != "":
            body["applicationId"] = application_id or self.facts["application_id"]
        headers = {"Authorization": there.api_key, "X-FusionAuth-TenantId": self.facts["tenant_id"]}
        answer = self.bench.http.post(there.url + "/api/login", json=body, headers=headers, timeout=10)
        assert answer.status_code in (200, 202), answer.text
        return answer.json()

    def token(self) -> str:
        """A fresh access token."""
        return str(self.login()["token"])

    # AWS

    @property
    def aws(self) -> Any:
        """API Gateway."""
        return self.bench.client("apigatewayv2")

    @property
    def authorizer_ids(self) -> dict[str, str]:
        """How the authorizer is named in calls."""
        return {"ApiId": self.facts["api_id"], "AuthorizerId": self.facts["authorizer_id"]}

    @property
    def route_ids(self) -> dict[str, str]:
        """How the route is named in calls."""
        return {"ApiId": self.facts["api_id"], "RouteId": self.facts["route_id"]}

    def forget_keys(self) -> None:
        """Have the gateway fetch the issuer's keys anew."""
        self.aws.reset_authorizers_cache(ApiId=self.facts["api_id"], StageName="$default")

    # The call

    @property
    def url(self) -> str:
        """The invoke URL."""
        return self.facts["invoke_url"]

    def call(self, presented: str | None, url: str = "", method: str = "GET") -> requests.Response:
        """One call with the header's whole value, or without the header."""
        headers = {} if presented is None else {"Authorization": presented}
        return self.bench.http.request(method, url or self.url, headers=headers, timeout=10)

    def diagnosis(self, presented: str | None, url: str = "", method: str = "GET", place: str = "") -> Diagnosis:
        """What the doctor says, given the request and what it carries."""
        value = Presented(Secret(presented or ""), "a test", place=place)
        intake = Intake(url=url or self.url, method=method, presented=value)
        return diagnose(self.workbench.examine(intake, Cancellation()))

    def strangers_diagnosis(self, presented: str) -> Diagnosis:
        """What the doctor says to somebody with AWS credentials who set nothing up with Gatelight."""
        there, redactor = self.bench.record.endpoints.aws, Redactor()
        clients = AwsClients(
            redactor,
            region=there.region,
            endpoint_url=there.endpoint_url,
            access_key_id=there.access_key_id,
            secret_access_key=Secret(there.secret_access_key),
        )
        access = Access(redactor, HttpClient(redactor), clients, reach=Reach(is_sandbox=True))
        intake = Intake(url=self.url, presented=Presented(Secret(presented), "a test"))
        return diagnose(examine(intake, access, Cancellation()))

    def repair(self, step_id: str) -> None:
        """Run the provisioning step that a fix names."""
        events: list[Any] = []
        assert self.workbench.up(events.append, Cancellation(), only=step_id), events


def told(diagnosis: Diagnosis) -> list[Finding]:
    """Every finding, apart from those that a busy machine brings."""
    return [finding for finding in diagnosis.findings if finding.id not in _SLOWNESS]
