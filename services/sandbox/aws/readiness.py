"""A function is active once it can be invoked: when a worker of ours is ready, whatever MiniStack's clock says."""

import json
import re

from services.sandbox.aws.control_plane import MiniStackControlPlane
from services.sandbox.aws.ministack import ApiAnswer
from services.sandbox.aws.request import AwsRequest

_READING = re.compile(r"/2015-03-31/functions/[^/]+(/configuration)?")


def with_readiness(plane: MiniStackControlPlane, request: AwsRequest, answer: ApiAnswer) -> ApiAnswer:
    """The answer to GetFunction or GetFunctionConfiguration, *Active* once a worker has loaded the function's code."""
    if request.service != "lambda" or request.method != "GET" or not _READING.fullmatch(request.path) or not answer.ok:
        return answer
    content = answer.json()
    configuration = content.get("Configuration", content)
    if not plane.engine.is_ready(configuration["FunctionArn"]):
        return answer
    if configuration.get("State") == "Pending":
        configuration.update(State="Active", StateReason="", StateReasonCode="")
    if configuration.get("LastUpdateStatus") == "InProgress":
        configuration.update(LastUpdateStatus="Successful")
    return ApiAnswer(answer.status, answer.headers, json.dumps(content).encode())
