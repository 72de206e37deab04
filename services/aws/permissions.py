"""What Gatelight may need to do in an AWS account for one profile: the least that is enough, each with its reason.

Which actions know which resources and condition keys is taken from AWS's Service Authorization Reference. Where a tag
cannot limit an action, a name does; where neither can, the reason says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.profile.model import AwsSettings
from services.provisioning.identity import MADE_TAG, TAG

ANY = "*"
UNLISTED = frozenset(("apigateway:TagResource",))
"""Actions that AWS has been seen to ask for and its reference does not have: nobody can be said to lack them."""

Conditions = Mapping[str, Mapping[str, str | list[str]]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the profile's things are made; `*` for what is not known. With `api` only that API may be changed.

    `caller` is the ARN of the user or role that will use the permissions, where it is known.
    """

    account: str = ANY
    region: str = ANY
    partition: str = "aws"
    api: str = ANY
    caller: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """A statement of the policy. `asked` are resources as a call names them, `context` the condition keys it brings.

    What is not `needed` serves a look-up that `up` and `down` do without.
    """

    sid: str
    reason: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    asked: tuple[str, ...]
    conditions: Conditions = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    reads: bool = False
    needed: bool = True


def permissions(profile: str, settings: AwsSettings, place: Place) -> tuple[Permission, ...]:
    """Everything `up`, `down`, `status`, `orphans`, `doctor` and `break` need for the profile of that name."""
    return (
        *_gateway(profile, place),
        *_function(profile, settings.function, place),
        *_role(profile, settings.role, place),
        *_log_group(profile, settings.function, place),
        *_looking_around(place),
    )


def _tagged(profile: str) -> tuple[Conditions, dict[str, str]]:
    key = f"aws:ResourceTag/{TAG}"
    return {"StringEquals": {key: profile}}, {key: profile}


def _tagging(profile: str) -> tuple[Conditions, dict[str, str]]:
    key = f"aws:RequestTag/{TAG}"
    return {"StringEquals": {key: profile}}, {key: profile}


def _gateway(profile: str, place: Place) -> tuple[Permission, ...]:
    here = f"arn:{place.partition}:apigateway:{place.region}::"
    api = f"{here}/apis/{place.api}"
    asked = f"{here}/apis/{'gatelight' if place.api == ANY else place.api}"
    tagging, with_tag = _tagging(profile)
    tagged, has_tag = _tagged(profile)
    return (
        Permission(
            "ReadApis",
            "find the API by its tag, and compare everything in it",
            ("apigateway:GET",),
            (f"{here}/apis", f"{here}/apis/*"),
            (f"{here}/apis", asked, f"{asked}/routes"),
            reads=True,
        ),
        Permission(
            "CreateApi",
            "make the API and its stage, with our tag only",
            ("apigateway:POST", "apigateway:TagResource"),
            (f"{here}/apis", f"{here}/apis/*"),
            (f"{here}/apis", f"{asked}/stages"),
            tagging,
            with_tag,
        ),
        Permission(
            "TagApi",
            "give both their tags: AWS asks for this beside the creation, and knows no narrower permission",
            # The reference names verbs alone; AWS has been seen to ask for POST on
            # "…::arn:aws:apigateway:REGION::/tags/" (cloudformation-coverage-roadmap issue 997) and for TagResource
            # (awacs issue 254).
            ("apigateway:POST", "apigateway:TagResource"),
            (f"{here}*/tags/*",),
            (f"{here}/tags/{asked}",),
            {"ForAllValues:StringEquals": {"aws:TagKeys": [TAG, MADE_TAG]}},
            needed=False,
        ),
        Permission(
            "ChangeApi",
            "repair or delete the API and its stage, with our tag only",
            ("apigateway:PATCH", "apigateway:DELETE"),
            (api,) if place.api == ANY else (api, f"{api}/stages/*"),
            (asked, f"{asked}/stages/$default"),
            tagged,
            has_tag,
        ),
        Permission(
            "FillApi",
            "make, repair and delete what is in the API; parts of an HTTP API carry no tags and inherit none",
            ("apigateway:POST", "apigateway:PATCH", "apigateway:DELETE"),
            (
                *(f"{api}/{part}*" for part in ("authorizers", "integrations")),
                *(f"{api}/routes{end}" for end in ("", "/*")),
                f"{api}/stages/*/cache/*",
            ),
            tuple(f"{asked}/{part}" for part in ("authorizers", "integrations", "routes")),
        ),
    )


def _function(profile: str, name: str, place: Place) -> tuple[Permission, ...]:
    arn = f"arn:{place.partition}:lambda:{place.region}:{place.account}:function:{name}"
    tagging, with_tag = _tagging(profile)
    tagged, has_tag = _tagged(profile)
    return (
        Permission(
            "ReadFunction",
            "compare the function, its tags and its policy",
            ("lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:GetPolicy", "lambda:ListTags"),
            (arn,),
            (arn,),
            reads=True,
        ),
        Permission(
            "CreateFunction",
            "make the function, with our tag only",
            ("lambda:CreateFunction", "lambda:TagResource"),
            (arn,),
            (arn,),
            tagging,
            with_tag,
        ),
        Permission(
            "ChangeFunction",
            "bring the function up to date, and delete it, with our tag only",
            ("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:DeleteFunction"),
            (arn,),
            (arn,),
            tagged,
            has_tag,
        ),
        Permission(
            "LetApiInvoke",
            "let API Gateway, and no other service, invoke the function, and take that back",
            ("lambda:AddPermission", "lambda:RemovePermission"),
            (arn,),
            (arn,),
            {"StringEqualsIfExists": {"lambda:Principal": "apigateway.amazonaws.com"}},
            {"lambda:Principal": "apigateway.amazonaws.com"},
        ),
    )


def _role(profile: str, name: str, place: Place) -> tuple[Permission, ...]:
    arn = f"arn:{place.partition}:iam::{place.account}:role/{name}"
    logging = f"arn:{place.partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    tagging, with_tag = _tagging(profile)
    tagged, has_tag = _tagged(profile)
    return (
        Permission(
            "ReadRole",
            "compare the role and its policies",
            ("iam:GetRole", "iam:ListAttachedRolePolicies"),
            (arn,),
            (arn,),
            reads=True,
        ),
        Permission(
            "CreateRole",
            "make the function's role, with our tag only",
            ("iam:CreateRole", "iam:TagRole"),
            (arn,),
            (arn,),
            tagging,
            with_tag,
        ),
        Permission(
            "LetRoleLog",
            "let the role write logs: this managed policy, and no other",
            ("iam:AttachRolePolicy", "iam:DetachRolePolicy"),
            (arn,),
            (arn,),
            {"ArnEquals": {"iam:PolicyARN": logging}},
            {"iam:PolicyARN": logging},
        ),
        Permission(
            "PassRole",
            "give the role to the function: to Lambda, and no other service",
            ("iam:PassRole",),
            (arn,),
            (arn,),
            {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
            {"iam:PassedToService": "lambda.amazonaws.com"},
        ),
        Permission(
            "DeleteRole", "delete the role, with our tag only", ("iam:DeleteRole",), (arn,), (arn,), tagged, has_tag
        ),
    )


def _log_group(profile: str, function: str, place: Place) -> tuple[Permission, ...]:
    arn = f"arn:{place.partition}:logs:{place.region}:{place.account}:log-group:/aws/lambda/{function}"
    return (
        Permission(
            "KeepLog",
            "make, limit and delete the function's log group (Lambda makes it without a tag when it is missing)",
            ("logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:DeleteLogGroup"),
            (arn, f"{arn}:*"),
            (f"{arn}:log-stream:",),  # as CloudWatch Logs names it in its refusals
        ),
        Permission(
            "TagLog",
            "give the log group its tag",
            ("logs:TagResource",),
            (arn, f"{arn}:*"),
            (arn,),
            *_tagging(profile),
        ),
        Permission(
            "ReadLogTags",
            "tell our log group from somebody else's",
            ("logs:ListTagsForResource",),
            (f"{arn}*",),
            (arn,),
            reads=True,
        ),
    )


def _looking_around(place: Place) -> tuple[Permission, ...]:
    account = f"arn:{place.partition}:iam::{place.account}"
    role = place.caller if ":role/" in place.caller else ""
    return (
        Permission(
            "FindLog",
            "find the function's log group; AWS lets nobody ask for some groups only",
            ("logs:DescribeLogGroups",),
            (ANY,),
            (ANY,),
            reads=True,
        ),
        Permission(
            "FindOrphans",
            "look for what no profile remembers; AWS lets nobody limit these",
            ("tag:GetResources", "iam:ListRoles"),
            (ANY,),
            (ANY,),
            reads=True,
            needed=False,
        ),
        Permission(
            "ReadMarked",
            "read of it what carries our tag, of any profile",
            ("iam:GetRole", "lambda:GetFunction", "lambda:ListTags", "logs:ListTagsForResource"),
            (ANY,),
            (f"{account}:role/gatelight",),
            {"StringLike": {f"aws:ResourceTag/{TAG}": ANY}},
            {f"aws:ResourceTag/{TAG}": "gatelight"},
            reads=True,
            needed=False,
        ),
        Permission(
            "ReadDomains",
            "let the doctor follow a custom domain to its API",
            ("apigateway:GET",),
            (f"arn:{place.partition}:apigateway:{place.region}::/domainnames/*",),
            (f"arn:{place.partition}:apigateway:{place.region}::/domainnames/gatelight",),
            reads=True,
            needed=False,
        ),
        Permission(
            "AskBeforehand",
            "ask before the first change whether everything is allowed",
            ("iam:SimulatePrincipalPolicy",),
            (role or f"{account}:user/${{aws:username}}",),
            (place.caller or f"{account}:user/gatelight",),
            reads=True,
            needed=False,
        ),
    )
