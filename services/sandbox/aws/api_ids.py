"""API ids as AWS makes them: ten lower-case letters and digits.

MiniStack takes the id of a new API from a tag, and makes one of eight digits without it. So the guard adds the tag on
the way in, and takes it out of every answer. APIs that CloudFormation makes keep the short ids.
"""

import json
import random
import re
import string
from dataclasses import replace

from services.sandbox.aws.ministack import ApiAnswer
from services.sandbox.aws.request import AwsRequest

_TAG = "ms-custom-id"
_TAGGED = re.compile(rb'"ms-custom-id"\s*:\s*"[^"]*"(\s*,\s*)?')  # it stands first: no comma before it


def with_api_id(request: AwsRequest) -> AwsRequest:
    """A CreateApi request with an id for the new API; every other request as it is."""
    if (request.service, request.method, request.path.rstrip("/")) != ("apigateway", "POST", "/v2/apis"):
        return request
    content = request.content()
    api_id = "".join(random.choices(string.ascii_lowercase + string.digits, k=10))  # noqa: S311 - an id is no secret
    content["tags"] = {_TAG: api_id, **{name: value for name, value in _tags(content) if name != _TAG}}
    return replace(request, body=json.dumps(content).encode())


def without_api_id(request: AwsRequest, answer: ApiAnswer) -> ApiAnswer:
    """The answer without the tag."""
    if request.service != "apigateway" or _TAG.encode() not in answer.body:
        return answer
    return ApiAnswer(answer.status, answer.headers, _TAGGED.sub(b"", answer.body))


def _tags(content: dict[str, object]) -> list[tuple[str, object]]:
    tags = content.get("tags")
    return list(tags.items()) if isinstance(tags, dict) else []
