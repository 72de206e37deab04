"""A provisioned gate in a sandbox, as a test breaks it: through `requests` and `boto3`, not through our services."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from services.cancel import Cancellation
from services.gateway.authorizer import explain
from services.gateway.rules import JwtAuthorizer
from services.gateway.verdict import Verdict
from services.workbench import Workbench
from tests.benches import Bench

Undo = Callable[[], object]
STATEMENT = "gatelight-{}"
PATH = "/privateFunction"


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

    def verdict(self, presented: str | None) -> Verdict:
        """What the rules say of it under the authorizer and the scopes the route has now."""
        route = self.aws.get_route(**self.route_ids)
        found = self.aws.get_authorizer(ApiId=self.facts["api_id"], AuthorizerId=route["AuthorizerId"])
        jwt = found["JwtConfiguration"]
        authorizer = JwtAuthorizer(jwt["Issuer"], tuple(jwt["Audience"]), found["IdentitySource"][0])
        return explain(
            presented if authorizer.reads_authorization_header else None,
            authorizer,
            scopes=tuple(route.get("AuthorizationScopes", ())),
            keys=self.workbench.issuer_keys(authorizer.issuer),
            now=time.time(),
        )

    def repair(self, step_id: str) -> None:
        """Run the provisioning step that a fix names."""
        events: list[Any] = []
        assert self.workbench.up(events.append, Cancellation(), only=step_id), events
