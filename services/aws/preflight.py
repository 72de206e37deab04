"""Which of the permissions a profile needs its AWS credentials lack, all at once and before anything is changed.

IAM's policy simulator is asked where the caller may ask it. Where not, the reading calls are made with the profile's
own names: a refusal says that they are not allowed. Writing calls cannot be tried without writing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.aws.caller import Caller, principal
from services.aws.failures import DENIED
from services.aws.permissions import ANY, UNLISTED, Permission
from services.aws.session import AwsClients
from services.errors import ConfigurationError, RemoteError
from services.parallel import side_by_side
from services.profile.model import AwsSettings
from services.provisioning.calls import aws

PREFLIGHT_CALLS = (
    *aws("iam", "SimulatePrincipalPolicy", "GetRole", "ListAttachedRolePolicies"),
    *aws("lambda", "GetFunction", "GetFunctionConfiguration", "GetPolicy"),
    *aws("apigatewayv2", "GetRoutes"),
    *aws("logs", "DescribeLogGroups"),
)

_AT_ONCE = 4  # questions under way at the same time
_NOBODY = "gatelight0"  # the id of an API that nobody has: ids have ten letters and digits, not this one


@dataclass(frozen=True, slots=True)
class Lack:
    """An action the caller may not take on a resource. `by` says whose refusal it is, where IAM tells."""

    action: str
    resource: str
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Preflight:
    """What is lacking, and which actions could not be checked; `why` says why not."""

    lacks: tuple[Lack, ...] = ()
    unchecked: tuple[str, ...] = ()
    why: str = ""

    @property
    def note(self) -> str:
        """A sentence on what is not known; empty when everything is."""
        if not self.unchecked:
            return ""
        return f"Could not be checked beforehand, as {self.why}: {', '.join(self.unchecked)}."


def check_permissions(
    clients: AwsClients, caller: Caller, permissions: Iterable[Permission], settings: AwsSettings
) -> Preflight:
    """Look for everything that is lacking. Raises what `AwsClients.errors` raises, but for a refusal."""
    needed = [permission for permission in permissions if permission.needed]
    if caller.is_root:
        return Preflight()  # the root user may do everything in the account
    source = principal(clients, caller)
    why = f"IAM does not simulate {caller.arn}"
    if source:
        try:
            return Preflight(_simulated(clients, source, needed))
        except RemoteError as error:
            if error.code in DENIED:
                why = f"{source} may not call iam:SimulatePrincipalPolicy"
            elif error.code in ("NoSuchEntity", "InvalidInput"):  # a role whose path nobody could tell us
                why = f"IAM's simulator does not know {source}"
            else:
                raise
    return _probed(clients, needed, settings, why)


def lacking(lacks: Sequence[Lack], profile: str) -> ConfigurationError:
    """Everything that is lacking in one error."""
    several = f"{len(lacks)} permissions" if len(lacks) > 1 else "a permission"
    on_each: dict[tuple[str, str], list[str]] = {}
    for lack in lacks:
        on_each.setdefault((lack.resource, lack.by or lack.reason), []).append(lack.action)
    on_all: dict[tuple[str, str], list[str]] = {}
    for (resource, why), actions in on_each.items():
        on_all.setdefault((", ".join(actions), why), []).append(resource)
    listed = "; ".join(f"{actions} on {', '.join(resources)} ({why})" for (actions, why), resources in on_all.items())
    return ConfigurationError(
        f"The AWS credentials lack {several} that Gatelight needs: {listed}.",
        f"Nothing was changed. `gatelight policy --profile {profile}` prints a policy with just enough to attach.",
    )


def _simulated(clients: AwsClients, source: str, needed: Sequence[Permission]) -> tuple[Lack, ...]:
    found: list[tuple[Lack, ...]] = []
    for start in range(0, len(needed), _AT_ONCE):
        batch = needed[start : start + _AT_ONCE]
        found += side_by_side(*(_simulation(clients, source, permission) for permission in batch))
    return tuple(lack for lacks in found for lack in lacks)


def _simulation(clients: AwsClients, source: str, permission: Permission) -> Callable[[], tuple[Lack, ...]]:
    parameters: dict[str, Any] = {
        "PolicySourceArn": source,
        "ActionNames": [action for action in permission.actions if action not in UNLISTED],
        "ContextEntries": [
            {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for key, value in permission.context.items()
        ],
    }
    if permission.asked != (ANY,):
        parameters["ResourceArns"] = list(permission.asked)

    def simulate() -> tuple[Lack, ...]:
        with clients.errors():
            pages = clients.client("iam").get_paginator("simulate_principal_policy").paginate(**parameters)
            results = [result for page in pages for result in page.get("EvaluationResults", [])]
        return tuple(
            Lack(result["EvalActionName"], result.get("EvalResourceName") or ANY, permission.reason, _by(result))
            for result in results
            if result["EvalDecision"] != "allowed"
        )

    return simulate


def _by(result: dict[str, Any]) -> str:
    """Who denies it, where it is not simply the caller's own policies that do not allow it."""
    if not result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True):
        return "the organization's policies do not allow it"
    if not result.get("PermissionsBoundaryDecisionDetail", {}).get("AllowedByPermissionsBoundary", True):
        return "the permissions boundary does not allow it"
    return "denied explicitly" if result["EvalDecision"] == "explicitDeny" else ""


def _probed(clients: AwsClients, needed: Sequence[Permission], settings: AwsSettings, why: str) -> Preflight:
    probes = _probes(settings)
    tried = [(permission, action) for permission in needed for action in permission.actions if action in probes]
    allowed: list[bool] = []
    for start in range(0, len(tried), _AT_ONCE):
        batch = tried[start : start + _AT_ONCE]
        allowed += side_by_side(*(_probe(clients, *probes[action]) for _, action in batch))
    lacks = tuple(
        Lack(action, permission.asked[-1], permission.reason)
        for (permission, action), may in zip(tried, allowed, strict=True)
        if not may
    )
    checked = {action for _, action in tried}
    actions = dict.fromkeys(action for permission in needed for action in permission.actions)
    return Preflight(lacks, tuple(action for action in actions if action not in checked | UNLISTED), why)


def _probes(settings: AwsSettings) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """A reading call for each action that one can be made for: service, operation and parameters."""
    role, function = {"RoleName": settings.role}, {"FunctionName": settings.function}
    return {
        "apigateway:GET": ("apigatewayv2", "get_routes", {"ApiId": _NOBODY}),
        "lambda:GetFunction": ("lambda", "get_function", function),
        "lambda:GetFunctionConfiguration": ("lambda", "get_function_configuration", function),
        "lambda:GetPolicy": ("lambda", "get_policy", function),
        "iam:GetRole": ("iam", "get_role", role),
        "iam:ListAttachedRolePolicies": ("iam", "list_attached_role_policies", role),
        "logs:DescribeLogGroups": (
            "logs",
            "describe_log_groups",
            {"logGroupNamePrefix": f"/aws/lambda/{settings.function}"},
        ),
    }


def _probe(clients: AwsClients, service: str, operation: str, parameters: dict[str, Any]) -> Callable[[], bool]:
    def may() -> bool:
        try:
            with clients.errors():
                getattr(clients.client(service), operation)(**parameters)
        except RemoteError as error:
            if error.code in DENIED:
                return False
            if error.status is None or error.status >= 500:
                raise
        return True

    return may
