"""A sandbox for tests: workbenches on it, and what is in it as `requests` and `boto3` see it, without our services."""

import itertools
import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Literal

import boto3
import requests
from botocore.config import Config

from services.aws.session import AwsClients
from services.cancel import Cancellation
from services.connections import Connections
from services.events import Event, StepDone, StepFailed, StepUndone
from services.fusionauth.client import FusionAuth
from services.http import HttpClient
from services.profile.model import AwsSettings, FusionAuthSettings, Profile
from services.provisioning.identity import MADE_TAG
from services.provisioning.ledger import Ledger
from services.provisioning.step import Report, Side, Undone
from services.redact import Redactor, Secret
from services.sandbox.endpoints import SandboxRecord
from services.tunnel.loopback import SandboxTunnel
from services.tunnel.provider import TunnelProvider
from services.workbench import Workbench

PASSWORD = "correct-horse-7f3a"
NOWHERE = "http://127.0.0.1:9"  # the discard port: connections to it are refused
_names = (f"t{os.getpid()}-{number}" for number in itertools.count(1))


class Bench:
    """One running sandbox under a profile name of the test's own."""

    def __init__(self, record: SandboxRecord, name: str = "") -> None:
        self.record = record
        self.name = name or next(_names)
        self.email = f"{self.name}@example.com"
        self.made: list[Workbench] = []
        self.http = requests.Session()
        self.http.trust_env = False
        self._clients: dict[str, Any] = {}

    def workbench(
        self,
        *,
        ledger: Path | Ledger | None = None,
        api_key: str = "",
        password: str = PASSWORD,
        tenant_id: str = "",
        email: str = "",
        application: str = "",
        function: str = "",
        role: str = "",
        scope: str = "",
        require_registration: bool = False,
        own_tenant: bool = False,
        tunnel: TunnelProvider | None = None,
        dead: Side | None = None,
        target: Literal["sandbox", "live"] = "sandbox",
    ) -> Workbench:
        """A workbench of this test's profile. Its ledger lives in memory unless a file is named.

        Nothing answers on the side that is `dead`.
        """
        there = self.record.endpoints
        fusionauth_url = NOWHERE if dead is Side.FUSIONAUTH else there.fusionauth.url
        redactor = Redactor()
        http = HttpClient(redactor)
        key = Secret(api_key or there.fusionauth.api_key)
        profile = Profile(
            target=target,
            fusionauth=FusionAuthSettings(
                url=fusionauth_url,
                tenant_id=tenant_id,
                application=application or self.name,
                user_email=email or self.email,
                scope=scope,
                require_registration=require_registration,
                own_tenant=own_tenant,
            ),
            aws=AwsSettings(api=self.name, function=function or self.name, role=role or self.name),
        )
        workbench = Workbench(
            Connections(
                name=self.name,
                profile=profile,
                redactor=redactor,
                http=http,
                fusionauth=FusionAuth(http, fusionauth_url, key, redactor),
                api_key=key,
                password=Secret(password),
                aws=AwsClients(
                    redactor,
                    region=there.aws.region,
                    endpoint_url=NOWHERE if dead is Side.AWS else there.aws.endpoint_url,
                    access_key_id=there.aws.access_key_id,
                    secret_access_key=Secret(there.aws.secret_access_key),
                ),
                tunnel=tunnel or SandboxTunnel(http, self.record.control),
                ledger=ledger if isinstance(ledger, Ledger) else self.ledger(ledger),
                variables={key: "GATELIGHT_FUSIONAUTH_API_KEY", Secret(password): "GATELIGHT_USER_PASSWORD"},
                sandbox=self.record.name,
            )
        )
        self.made.append(workbench)
        return workbench

    def ledger(self, path: Path | None = None) -> Ledger:
        """This profile's ledger for this sandbox, in a file or in memory."""
        return Ledger(path, self.name, self.record.instance_id)

    def end(self) -> None:
        """Take back what the workbenches of this test left, and close them."""
        for workbench in self.made:
            workbench.down(lambda _: None, Cancellation())
            workbench.close()

    def fusionauth(self, method: str, path: str, body: Any = None, *, tenant: str = "") -> requests.Response:
        """Call FusionAuth's API as its key manager."""
        headers = {"Authorization": self.record.endpoints.fusionauth.api_key}
        if tenant:
            headers["X-FusionAuth-TenantId"] = tenant
        return self.http.request(
            method, self.record.endpoints.fusionauth.url + path, json=body, headers=headers, timeout=10
        )

    def client(self, service: str) -> Any:
        """A boto3 client of the test's own."""
        if service not in self._clients:
            aws = self.record.endpoints.aws
            self._clients[service] = boto3.client(
                service,
                endpoint_url=aws.endpoint_url,
                region_name=aws.region,
                aws_access_key_id=aws.access_key_id,
                aws_secret_access_key=aws.secret_access_key,
                config=Config(retries={"total_max_attempts": 1}),
            )
        return self._clients[service]

    def switch_tunnel(self, *, is_open: bool) -> None:
        """Open or close the loopback tunnel behind our services' back."""
        control = self.record.control
        answer = self.http.put(
            control.url + "/tunnel",
            json={"open": is_open},
            headers={"Authorization": f"Bearer {control.token}"},
            timeout=5,
        )
        assert answer.status_code == 200, answer.text

    def world(self) -> dict[str, Any]:
        """Everything there is, on both sides and in between, in a form that can be compared."""
        return {**self._fusionauth_world(), **self._aws_world()}

    def _fusionauth_world(self) -> dict[str, Any]:
        tenants = self.fusionauth("GET", "/api/tenant").json()["tenants"]
        world: dict[str, Any] = {
            "tunnel": self.http.get(
                self.record.control.url + "/tunnel",
                headers={"Authorization": f"Bearer {self.record.control.token}"},
                timeout=5,
            ).json()["open"],
            "tenants": {tenant["id"]: tenant["issuer"] for tenant in tenants},
            "keys": sorted(key["id"] for key in self.fusionauth("GET", "/api/key").json()["keys"]),
            "applications": {},
            "users": {},
        }
        for tenant in tenants:
            found = self.fusionauth("GET", "/api/application", tenant=tenant["id"]).json().get("applications", [])
            for application in [*found, *self._inactive(tenant["id"])]:
                world["applications"][application["id"]] = {
                    name: application.get(name)
                    for name in ("name", "active", "jwtConfiguration", "oauthConfiguration", "loginConfiguration")
                }
            user = self.fusionauth("GET", f"/api/user?email={self.email}", tenant=tenant["id"])
            if user.status_code == 200:
                content = user.json()["user"]
                registrations = sorted(item["applicationId"] for item in content.get("registrations", []))
                world["users"][content["id"]] = registrations
        return world

    def _inactive(self, tenant: str) -> list[dict[str, Any]]:
        answer = self.fusionauth("GET", "/api/application?inactive=true", tenant=tenant)
        found: list[dict[str, Any]] = answer.json().get("applications", [])
        return [application for application in found if not application.get("active", True)]

    def _aws_world(self) -> dict[str, Any]:
        gateway, functions, iam = self.client("apigatewayv2"), self.client("lambda"), self.client("iam")
        apis: dict[str, Any] = {}
        for api in gateway.get_apis()["Items"]:
            api_id = api["ApiId"]
            apis[api_id] = {
                name: _plain(getattr(gateway, f"get_{name}")(ApiId=api_id)["Items"])
                for name in ("stages", "integrations", "authorizers", "routes")
            }
        return {
            "apis": apis,
            "functions": {
                item["FunctionName"]: (
                    *(item[name] for name in ("CodeSha256", "Runtime", "Handler", "Role")),
                    self._policy(item),
                )
                for item in functions.list_functions()["Functions"]
            },
            "roles": {
                role["RoleName"]: sorted(
                    policy["PolicyArn"]
                    for policy in iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
                )
                for role in iam.list_roles()["Roles"]
            },
            "log groups": {
                group["logGroupName"]: group.get("retentionInDays")
                for group in self.client("logs").describe_log_groups()["logGroups"]
            },
        }

    def _policy(self, function: dict[str, Any]) -> str:
        client = self.client("lambda")
        try:
            policy: str = client.get_policy(FunctionName=function["FunctionName"])["Policy"]
        except client.exceptions.ResourceNotFoundException:
            return ""
        return policy


class Log:
    """Collects a run's events; an instance is an `emit`."""

    def __init__(self, then: Callable[[Event], None] = lambda _: None) -> None:
        self.events: list[Event] = []
        self._then = then

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._then(event)

    @property
    def reports(self) -> dict[str, Report]:
        """How steps ended, by step."""
        return {event.step_id: event.report for event in self.events if isinstance(event, StepDone)}

    @property
    def undone(self) -> dict[str, Undone]:
        """How steps were undone, by step."""
        return {event.step_id: event.undone for event in self.events if isinstance(event, StepUndone)}

    @property
    def failures(self) -> dict[str, StepFailed]:
        """Which steps failed."""
        return {event.step_id: event for event in self.events if isinstance(event, StepFailed)}


def up(workbench: Workbench, *, only: str | None = None, adopt: Collection[str] = ()) -> Log:
    """Provision, and give the events. Nothing may fail."""
    log = Log()
    assert workbench.up(log, Cancellation(), only=only, adopt=adopt), log.failures
    return log


def down(workbench: Workbench) -> Log:
    """Take everything back, and give the events. Nothing may fail."""
    log = Log()
    assert workbench.down(log, Cancellation()), log.failures
    return log


def _plain(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items without the times AWS and our own tags stamp on them."""
    volatile = ("CreatedDate", "LastUpdatedDate", "DeploymentId", "LastDeploymentStatusMessage")
    plain = [{name: value for name, value in item.items() if name not in volatile} for item in items]
    for item in plain:
        if "Tags" in item:
            item["Tags"] = {name: value for name, value in item["Tags"].items() if name != MADE_TAG}
    return plain
