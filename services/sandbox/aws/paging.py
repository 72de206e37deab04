"""Pages of API Gateway V2's lists (`MaxResults` and `NextToken`), which MiniStack gives out whole."""

import base64
import binascii
import json
import re
from urllib.parse import parse_qs

from services.sandbox.aws.ministack import ApiAnswer
from services.sandbox.aws.request import AwsRequest, bad_request

_LIST = re.compile(r"/v2/apis(/[^/]+/(authorizers|deployments|integrations|routes|stages))?/?")
_TOKEN = re.compile(rb"gatelight:(\d{1,9}):(.*)", re.DOTALL)


def with_page(request: AwsRequest, answer: ApiAnswer) -> ApiAnswer:
    """The part of a list that `request` asks for. Raises Refusal for a number or a token that is none."""
    if request.service != "apigateway" or request.method != "GET" or not _LIST.fullmatch(request.path):
        return answer
    query = parse_qs(request.query.decode("latin-1"))
    if not answer.ok or not {"maxResults", "nextToken"} & query.keys():
        return answer
    content = answer.json()
    items = content.get("items", [])
    start = _start(request.path, query.get("nextToken", [""])[0])
    end = start + _size(query.get("maxResults", [""])[0], len(items))
    content["items"] = items[start:end]
    if end < len(items):
        content["nextToken"] = base64.urlsafe_b64encode(b"gatelight:%d:%s" % (end, request.path.encode())).decode()
    return ApiAnswer(answer.status, answer.headers, json.dumps(content).encode())


def _size(text: str, default: int) -> int:
    if not text:
        return max(1, default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 1000:
        raise bad_request(f"Invalid value for maxResults: {text[:50]}. It must be a number from 1 to 1000")
    return int(text)


def _start(path: str, token: str) -> int:
    if not token:
        return 0
    try:
        match = _TOKEN.fullmatch(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, ValueError):
        match = None
    if match is None or match[2] != path.encode():
        raise bad_request("Invalid nextToken specified")
    return int(match[1])
