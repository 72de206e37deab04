"""What follows from a write: stale snapshots, stacks under way, workers to start or to let go, keys given out."""

import re
from xml.sax.saxutils import unescape

from services.sandbox.aws.control_plane import MiniStackControlPlane
from services.sandbox.aws.functions import FunctionReference
from services.sandbox.aws.ministack import ApiAnswer
from services.sandbox.aws.request import AwsRequest

_READING = re.compile(r"(Describe|Get|List|Validate|Estimate|Detect)")
_ISSUING = re.compile(r"AssumeRole|GetSessionToken|GetFederationToken|CreateAccessKey")
_ACCESS_KEY = re.compile(
    rb"<AccessKeyId>(\w+)</AccessKeyId>(?:(?!<AccessKeyId>).)*?<SecretAccessKey>([^<]+)</SecretAccessKey>", re.DOTALL
)
_FUNCTION = re.compile(r"/2015-03-31/functions(?:/(?P<name>[^/]+)(?:/(?:code|configuration))?)?/?")


def after_write(plane: MiniStackControlPlane, request: AwsRequest, answer: ApiAnswer) -> None:
    """Tell the control plane what `request`, answered with `answer`, has changed."""
    if request.service in {"apigateway", "lambda"} and request.method != "GET":
        plane.touch()
        if request.service == "lambda" and answer.ok:
            _follow_function(plane, request, answer)
    elif request.service in {"sts", "iam"} and answer.ok and _ISSUING.match(request.action):
        issued = _ACCESS_KEY.findall(answer.body)
        plane.access_keys.update((key.decode(), unescape(secret.decode())) for key, secret in issued)
    elif request.service == "cloudformation" and not _READING.match(request.action):
        plane.touch()
        plane.watch_stacks(request.region)


def _follow_function(plane: MiniStackControlPlane, request: AwsRequest, answer: ApiAnswer) -> None:
    match = _FUNCTION.fullmatch(request.path)
    if not match:
        return
    if request.method == "DELETE":
        name = FunctionReference.parse(match["name"], request.region).name
        plane.engine.forget(f"arn:aws:lambda:{request.region}:{plane.endpoint.account_id}:function:{name}")
    else:
        plane.warm(FunctionReference.parse(answer.json()["FunctionArn"], request.region))
