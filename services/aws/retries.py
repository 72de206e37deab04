"""Which calls to AWS are made again, why, and for how long. Whatever is not named here fails at once.

botocore's own retries are switched off: they repeat every operation whose answer was lost, creations too (a second API
of the same name), they sleep where nobody can wake them, and nobody sees why a step takes so long.
"""

import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.aws.pace import Pace
from services.patience import bearable, pause


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a call is made again: a phrase, how many seconds in all, and how many before the second time."""

    phrase: str
    seconds: float
    first: float
    attempts: int = 1_000


THROTTLED = Reason("because AWS asks to slow down", 60.0, 1.0)
BUSY = Reason("until AWS has finished an earlier change", 60.0, 0.5)
SETTLING = Reason("until AWS knows everywhere what was just made", 20.0, 0.3)
DETACHING = Reason("until AWS knows everywhere what was just detached", 10.0, 0.3)
UNANSWERED = Reason("for an answer of AWS, and asks once more", 60.0, 0.3, attempts=3)

_LONGEST_PAUSE = 5.0
_FRESH_SECONDS = 30.0  # after that a thing AWS does not know is gone, not new

_THROTTLING = frozenset(
    (
        *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException"),
        *("TooManyRequestsException", "RequestLimitExceeded", "SlowDown", "PriorRequestNotComplete"),
    )
)
# The same codes also say "exists already": the message tells a conflict in time from one that stays.
_CONFLICTS = frozenset(
    (
        *("ConflictException", "ResourceConflictException", "BadRequestException"),
        *("ConcurrentModification", "ConcurrentModificationException", "OperationAbortedException"),
    )
)
_IN_TIME = (
    "concurrent modification",  # API Gateway, IAM
    "update is in progress",  # Lambda
    "currently in the following state: pending",  # Lambda
    "conflicting operation is currently in progress",  # CloudWatch Logs
)
_UNKNOWN = frozenset(("NotFoundException", "ResourceNotFoundException", "NoSuchEntity"))
_LOOKS = ("Get", "List", "Describe", "Simulate")
_TAKES = ("Delete", "Remove", "Detach")
_REPEATABLE = (*_LOOKS, *_TAKES, "Update", "Put", "Attach", "Tag", "Untag")  # twice has the effect of once
# Looks that ask for what belongs to a thing: "not found" means the thing itself.
_OF_A_THING = frozenset(
    ("GetAuthorizers", "GetIntegrations", "GetRoutes", "GetFunctionConfiguration", "ListAttachedRolePolicies")
)
_IDENTIFIERS = frozenset(
    (
        *("RoleName", "FunctionName", "FunctionArn", "logGroupName"),
        *("ApiId", "AuthorizerId", "IntegrationId", "RouteId"),
    )
)


def why_again(
    operation: str, *, code: str = "", message: str = "", status: int | None = None, lost: bool = False, fresh: bool
) -> Reason | None:
    """Why a call that ended like this is made again; None when it is not.

    `lost` means that a request was sent and no answer came; `fresh` that it is about something made seconds ago, or
    detached from.
    """
    if code in _THROTTLING or status == 429:
        return THROTTLED  # and was not carried out
    if code in _CONFLICTS and any(phrase in message.lower() for phrase in _IN_TIME):
        return BUSY
    if code in _UNKNOWN:
        must_know = operation in _OF_A_THING or not operation.startswith((*_LOOKS, *_TAKES))
        return SETTLING if fresh and must_know else None
    if code == "DeleteConflict":  # IAM's; it may also be that somebody else attached something
        return DETACHING if fresh else None
    if (lost or status in (500, 502, 503, 504)) and operation.startswith(_REPEATABLE):
        return UNANSWERED
    return None


class Retries:
    """Makes the calls of all clients of one account again where that helps. Safe to share between threads."""

    def __init__(self, pace: Pace | None = None) -> None:
        """`pace` holds for API Gateway, whose quota is the lowest."""
        self._pace = pace
        self._fresh: dict[str, float] = {}
        self._lock = threading.Lock()

    def attach(self, events: Any, service_id: str) -> None:
        """Listen on a client's event hooks; `service_id` is botocore's hyphenated name of the service."""
        events.register(f"needs-retry.{service_id}", self._needs_retry)
        if self._pace is not None and service_id == "apigatewayv2":
            events.register("before-send.apigatewayv2", self._before_sending)

    def _before_sending(self, **_: object) -> None:
        if self._pace is not None:
            self._pace.take()

    def _needs_retry(
        self,
        attempts: int,
        operation: Any,
        response: tuple[Any, dict[str, Any]] | None,
        caught_exception: Exception | None,
        request_dict: dict[str, Any],
        **_: object,
    ) -> float | None:
        """botocore's question: the seconds to wait before the next attempt, or None for no other. We wait here."""
        said = request_dict["context"].get("gatelight", {})
        parameters = said.get("parameters", {})
        if response is not None and _was_cut(response[0]):
            response, caught_exception = None, _cut_off(request_dict)
        if response is not None and response[0].status_code < 300:
            self._remember(operation.name, parameters, response[1])
            self._adapt(operation, throttled=False)
            return None
        reason = self._why(operation, parameters, response, caught_exception)
        if reason is THROTTLED:
            self._adapt(operation, throttled=True)
        left = said.get("began", 0.0) + bearable(reason.seconds) - time.monotonic() if reason else 0.0
        if reason is None or left <= 0 or attempts >= reason.attempts:
            if response is None and caught_exception is not None:
                raise caught_exception  # or botocore would go on with half an answer
            return None
        seconds = max(_asked_for(response), _backoff(reason, attempts))
        pause(reason.phrase, min(seconds, left), at_most=left)
        return 0.0

    def _why(
        self,
        operation: Any,
        parameters: Mapping[str, Any],
        response: tuple[Any, dict[str, Any]] | None,
        caught: Exception | None,
    ) -> Reason | None:
        fresh = self._is_fresh(parameters)
        if response is None:
            return why_again(operation.name, lost=_was_sent(caught), fresh=fresh)
        error = response[1].get("Error", {})
        return why_again(
            operation.name,
            code=str(error.get("Code", "")),
            message=str(error.get("Message", "")),
            status=response[0].status_code,
            fresh=fresh,
        )

    def _adapt(self, operation: Any, *, throttled: bool) -> None:
        if self._pace is not None and operation.service_model.service_name == "apigatewayv2":
            (self._pace.throttled if throttled else self._pace.went_well)()

    def _remember(self, operation: str, parameters: Mapping[str, Any], parsed: Mapping[str, Any]) -> None:
        """Know what was changed just now in a way that not all of AWS knows yet, until it is taken away."""
        now = time.monotonic()
        with self._lock:
            if operation.startswith(("Create", "Detach")):
                self._fresh |= dict.fromkeys((*_named(parameters), *_named(parsed)), now)
            elif operation.startswith("Delete"):
                for name in _named(parameters):
                    self._fresh.pop(name, None)

    def _is_fresh(self, parameters: Mapping[str, Any]) -> bool:
        since = time.monotonic() - _FRESH_SECONDS
        with self._lock:
            return any(self._fresh.get(name, 0.0) > since for name in _named(parameters))


def _named(values: Mapping[str, Any]) -> list[str]:
    """The names and ids of things among an operation's parameters, or in its answer."""
    return [value for name, value in values.items() if name in _IDENTIFIERS and isinstance(value, str)]


def _was_cut(answer: Any) -> bool:
    """Whether an answer ended within its headers, which nobody notices: it says neither how long it is nor anything."""
    told = answer.headers
    if answer.status_code not in (200, 201) or answer.content:
        return False
    return "content-length" not in told and "transfer-encoding" not in told


def _cut_off(request: Mapping[str, Any]) -> Exception:
    from botocore.exceptions import ConnectionClosedError

    error: Exception = ConnectionClosedError(endpoint_url=request["url"])
    return error


def _was_sent(error: Exception | None) -> bool:
    """Whether a request may have been carried out though no answer came: nothing listening is another matter."""
    import botocore.exceptions as raised

    return isinstance(error, raised.ConnectionClosedError | raised.ReadTimeoutError | raised.HTTPClientError) and (
        not isinstance(error, raised.EndpointConnectionError | raised.ConnectTimeoutError | raised.SSLError)
        and not isinstance(error, raised.ProxyConnectionError)
    )


def _asked_for(response: tuple[Any, dict[str, Any]] | None) -> float:
    """The seconds that the answer's Retry-After asks for; none where it has none, or a date."""
    value = response[0].headers.get("retry-after", "") if response is not None else ""
    return float(value) if value.isascii() and value.isdigit() else 0.0


def _backoff(reason: Reason, attempts: int) -> float:
    """Twice as long each time, with a part left to chance so that those who were refused together do not return so."""
    longest = min(reason.first * 2.0 ** min(attempts - 1, 10), _LONGEST_PAUSE)
    return longest * (0.5 + random.random() / 2)  # noqa: S311 - no secret
