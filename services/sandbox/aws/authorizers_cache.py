"""ResetAuthorizersCache (API Gateway V2 API reference), which MiniStack does not have.

The reference does not say whether it empties the cache of issuers' keys too. Here it does: it is how a rotated key
becomes visible without waiting for two hours.
"""

import re
from collections.abc import Callable

from services.sandbox.aws.control_plane import MiniStackControlPlane
from services.sandbox.aws.ministack import ApiAnswer
from services.sandbox.aws.request import AwsRequest, Refusal

_PATH = re.compile(r"/v2/apis/([^/]+)/stages/([^/]+)/cache/authorizers/?")


async def authorizers_cache_reset(
    plane: MiniStackControlPlane, request: AwsRequest, forget_keys: Callable[[str], None]
) -> ApiAnswer | None:
    """The answer to a ResetAuthorizersCache request; None when the request is another one."""
    match = _PATH.fullmatch(request.path)
    if not match or (request.service, request.method) != ("apigateway", "DELETE"):
        return None
    api = await plane.api(match[1])
    if api is None:
        raise Refusal(
            404, "NotFoundException", f"Invalid API identifier specified {plane.endpoint.account_id}:{match[1]}"
        )
    if all(stage.name != match[2] for stage in api.stages):
        raise Refusal(404, "NotFoundException", "Invalid stage identifier specified")
    for authorizer in api.authorizers:
        forget_keys(authorizer.issuer)
    return ApiAnswer(204, (), b"")
