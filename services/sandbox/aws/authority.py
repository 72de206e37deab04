"""What the caller of the sandbox's AWS may do: everything, as an account's root user, or what a policy says."""

import json
import re
import uuid
from collections import defaultdict
from typing import Any
from xml.sax.saxutils import escape

from services.aws.conditions import Context
from services.aws.policy import Decision, check_identity_policy, decide
from services.sandbox.aws.access import Access, accesses
from services.sandbox.aws.ministack import ApiAnswer, MiniStack
from services.sandbox.aws.request import JSON_SERVICES, QUERY_SERVICES, AwsRequest, Refusal
from services.sandbox.aws.resource_tags import resource_tags

USER = "gatelight"
"""The IAM user that the sandbox's access key belongs to while a policy is in force."""

_ENTRY = re.compile(r"ContextEntries\.member\.(?P<entry>\d+)\.ContextKey(?P<part>Name|Values\.member\.\d+)")
_NAMESPACES = {"sts": "https://sts.amazonaws.com/doc/2011-06-15/", "iam": "https://iam.amazonaws.com/doc/2010-05-08/"}


class Authority:
    """Judges the requests made with one access key by the policy in force; without one everything is allowed."""

    def __init__(self, ministack: MiniStack, *, account: str, access_key_id: str) -> None:
        self._ministack = ministack
        self._account = account
        self._access_key_id = access_key_id
        self._policy: dict[str, Any] | None = None

    @property
    def policy(self) -> dict[str, Any] | None:
        """The policy in force."""
        return self._policy

    @policy.setter
    def policy(self, policy: object) -> None:
        """Raises ValueError, saying why, for what is no identity policy, or one that cannot be judged here."""
        if policy is not None:
            check_identity_policy(policy)
        self._policy = policy if isinstance(policy, dict) else None

    @property
    def caller(self) -> str:
        """The ARN of the user whose policy it is."""
        return f"arn:aws:iam::{self._account}:user/{USER}"

    async def check(self, request: AwsRequest) -> None:
        """Raise the Refusal AWS answers with unless the policy allows everything that `request` asks for."""
        policy = self._policy_for(request)
        if policy is None:
            return
        with_tags = "resourcetag/" in json.dumps(policy).lower()
        for access in accesses(request, self._account):
            tags = await resource_tags(self._ministack, access.resource, request.region) if with_tags else {}
            of_resource = {f"{prefix}:ResourceTag/{key}": tags[key] for key in tags for prefix in ("aws", "iam")}
            context = {**self._of_caller(request.region), **of_resource, **access.context}
            decision = decide(policy, action=access.action, resource=access.resource, context=context)
            if decision is not Decision.ALLOWED:
                raise self._refusal(request.service, access, decision)

    def answer(self, request: AwsRequest) -> ApiAnswer | None:
        """What only the one who knows the caller and the policy can answer; None for every other request."""
        policy = self._policy_for(request)
        if policy is None:
            return None
        if (request.service, request.action) == ("sts", "GetCallerIdentity"):
            identity = (
                f"<Arn>{self.caller}</Arn><UserId>AIDA{'GATELIGHT':0<16}</UserId><Account>{self._account}</Account>"
            )
            return _xml("sts", "GetCallerIdentity", identity)
        if (request.service, request.action) == ("iam", "SimulatePrincipalPolicy"):
            return self._simulation(policy, request)
        return None

    def _policy_for(self, request: AwsRequest) -> dict[str, Any] | None:
        return self._policy if request.credential.access_key_id == self._access_key_id else None

    def _simulation(self, policy: dict[str, Any], request: AwsRequest) -> ApiAnswer:
        """Each action on each resource, under the conditions given (IAM API reference, "SimulatePrincipalPolicy")."""
        form = request.form()
        source = form.get("PolicySourceArn", "")
        if source != self.caller:
            raise Refusal(404, "NoSuchEntity", f"The principal {source} cannot be found.")
        context = {**self._of_caller(request.region), **_entries(form)}
        results = "".join(
            f"<member><EvalActionName>{escape(action)}</EvalActionName>"
            f"<EvalResourceName>{escape(resource)}</EvalResourceName><EvalDecision>"
            f"{decide(policy, action=action, resource=resource, context=context)}"
            "</EvalDecision><MatchedStatements/><MissingContextValues/></member>"
            for action in _members(form, "ActionNames")
            for resource in _members(form, "ResourceArns") or ["*"]
        )
        return _xml(
            "iam",
            "SimulatePrincipalPolicy",
            f"<IsTruncated>false</IsTruncated><EvaluationResults>{results}</EvaluationResults>",
        )

    def _of_caller(self, region: str) -> Context:
        return {
            "aws:PrincipalAccount": self._account,
            "aws:PrincipalArn": self.caller,
            "aws:PrincipalType": "User",
            "aws:RequestedRegion": region,
            "aws:username": USER,
        }

    def _refusal(self, service: str, access: Access, decision: Decision) -> Refusal:
        """In the words of IAM's user guide, "Troubleshoot access denied error messages"."""
        because = (
            "with an explicit deny in an identity-based policy"
            if decision is Decision.EXPLICIT_DENY
            else f"because no identity-based policy allows the {access.action} action"
        )
        message = access.refusal or (
            f"User: {self.caller} is not authorized to perform: {access.action} "
            f"on resource: {access.resource} {because}"
        )
        if service in QUERY_SERVICES:
            return Refusal(403, "AccessDenied", message)
        return Refusal(400 if service in JSON_SERVICES else 403, "AccessDeniedException", message)


def _members(form: dict[str, str], name: str) -> list[str]:
    numbered = (key.rpartition(".") for key in form if key.startswith(f"{name}.member."))
    return [form[f"{name}.member.{number}"] for number in sorted((part[2] for part in numbered), key=int)]


def _entries(form: dict[str, str]) -> Context:
    names: dict[str, str] = {}
    values: defaultdict[str, list[str]] = defaultdict(list)
    for key, value in form.items():
        if found := _ENTRY.fullmatch(key):
            if found["part"] == "Name":
                names[found["entry"]] = value
            else:
                values[found["entry"]].append(value)
    return {names[entry]: tuple(values[entry]) for entry in names}


def _xml(service: str, action: str, result: str) -> ApiAnswer:
    request_id = str(uuid.uuid4())
    body = (
        f'<{action}Response xmlns="{_NAMESPACES[service]}"><{action}Result>{result}</{action}Result>'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    )
    headers = ((b"content-type", b"text/xml"), (b"x-amzn-requestid", request_id.encode()))
    return ApiAnswer(200, headers, body.encode())
