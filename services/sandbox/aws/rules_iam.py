"""IAM's refusals."""

import json

from services.sandbox.aws.request import Refusal
from services.sandbox.aws.rule import Call


async def trust_policy(call: Call) -> None:
    """A trust policy is a JSON object with statements."""
    form = call.request.form()
    document = form.get("AssumeRolePolicyDocument") or form.get("PolicyDocument") or ""
    try:
        policy = json.loads(document)
    except ValueError:
        raise Refusal(400, "MalformedPolicyDocument", "This policy contains invalid Json") from None
    if not isinstance(policy, dict) or not policy.get("Statement"):
        raise Refusal(400, "MalformedPolicyDocument", "Syntax errors in policy.")


async def attach_role_policy(call: Call) -> None:
    """A managed policy must exist before it can be attached."""
    arn = call.request.form().get("PolicyArn", "")
    answer = await call.plane.ministack.call_query("iam", call.request.region, "GetPolicy", PolicyArn=arn)
    if not answer.ok:
        raise Refusal(404, "NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")
