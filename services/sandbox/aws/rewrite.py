"""Makes the addresses in AWS's answers ones that work: an API's endpoint is the sandbox's gateway plus the API's id."""

import re

from services.sandbox.aws.control_plane import MiniStackControlPlane
from services.sandbox.aws.ministack import ApiAnswer
from services.sandbox.aws.request import AwsRequest

_ENDPOINT_FIELD = re.compile(rb'("apiEndpoint"\s*:\s*")https?://([a-z0-9]+)\.execute-api\.[^"/]+(?=")')
_UNKNOWN_API = re.compile(rb'"API ([^"]{0,200}) not found"')
_INVOKE_URL = re.compile(rb"https?://([a-z0-9]+)\.execute-api\.[A-Za-z0-9.-]+(?::\d+)?")


async def with_local_addresses(plane: MiniStackControlPlane, request: AwsRequest, answer: ApiAnswer) -> ApiAnswer:
    """The answer with the addresses of the sandbox's APIs in it replaced.

    API Gateway's answers carry them in one field; CloudFormation's wherever a template put them, so there only those
    of APIs that exist here are replaced: a template may well speak of others.
    """
    if request.service == "apigateway":
        gateway = plane.gateway_url.encode()
        body = _ENDPOINT_FIELD.sub(lambda match: b"%s%s/%s" % (match[1], gateway, match[2]), answer.body)
        if answer.status == 404:
            account = plane.endpoint.account_id.encode()
            body = _UNKNOWN_API.sub(rb'"Invalid API identifier specified %s:\1"' % account, body)
    elif request.service == "cloudformation":
        body = await _replace_known(plane, answer.body)
    else:
        return answer
    return ApiAnswer(answer.status, answer.headers, body)


async def _replace_known(plane: MiniStackControlPlane, body: bytes) -> bytes:
    for api_id in {match[1].decode() for match in _INVOKE_URL.finditer(body)}:
        if await plane.api(api_id):
            address = f"{plane.gateway_url}/{api_id}".encode()
            body = re.sub(rb"https?://%s\.execute-api\.[A-Za-z0-9.-]+(?::\d+)?" % api_id.encode(), address, body)
    return body
