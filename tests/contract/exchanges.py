"""What the recorder hands to the judge: a request that our client made, or a response that our sandbox gave."""

import msgspec

Headers = list[tuple[str, str]]  # lower-case names


class Request(msgspec.Struct, tag="request"):
    """A request of our client. `impossible`: one that is meant to fail, so that only a missing permission shows."""

    method: str
    url: str
    headers: Headers
    body: str
    impossible: bool = False


class Response(msgspec.Struct, tag="response"):
    """A response of the sandbox's FusionAuth, and what it answers."""

    method: str
    path: str
    status: int
    headers: Headers
    body: str


Exchange = Request | Response
