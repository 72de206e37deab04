"""Reading AWS for the doctor: every answer, or why there is none and what would let it be had."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from services.aws.failures import DENIED
from services.aws.regions import partition_of
from services.aws.session import AwsClients
from services.diagnosis.facts import Missing
from services.errors import ConfigurationError, GatelightError, RemoteError, Unreachable

T = TypeVar("T")

_GONE = frozenset(("NotFoundException", "ResourceNotFoundException"))
CREDENTIALS = "AWS credentials that may read the API: AWS_PROFILE, or aws.profile in the profile"


class NotRead(Exception):
    """Something could not be read; `missing` is the fact that stands in its place."""

    def __init__(self, missing: Missing) -> None:
        super().__init__(missing.reason)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class AwsReads:
    """Reading calls under one set of credentials in one region. Safe to share between threads."""

    clients: AwsClients

    @property
    def region(self) -> str:
        """The region asked; empty where none is known."""
        try:
            return self.clients.region
        except GatelightError:
            return ""

    def api(self, operation: str, path: str, **parameters: Any) -> dict[str, Any]:
        """Call an operation of API Gateway; `path` is the resource's in IAM's words. Raises NotRead."""
        return self._call("apigatewayv2", operation, self._gateway_permission(path), **parameters)

    def items(self, operation: str, path: str, **parameters: Any) -> list[dict[str, Any]]:
        """Every item of one of API Gateway's lists, page by page. Raises NotRead."""
        found: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            page = self.api(operation, path, **parameters, **token)
            found += page.get("Items", [])
            if not page.get("NextToken"):
                return found
            token = {"NextToken": page["NextToken"]}

    def function(self, operation: str, permission: str, arn: str) -> dict[str, Any]:
        """Call an operation of Lambda on a function. Raises NotRead."""
        return self._call("lambda", operation, f"{permission} on {arn}", FunctionName=arn)

    def account(self) -> str:
        """The account of the credentials; every credential may ask that. Raises NotRead."""
        return str(self._call("sts", "get_caller_identity", CREDENTIALS).get("Account", ""))

    def _gateway_permission(self, path: str) -> str:
        partition = partition_of(self.region)
        return f"apigateway:GET on arn:{partition.name if partition else 'aws'}:apigateway:{self.region}::{path}"

    def _call(self, service: str, operation: str, permission: str, **parameters: Any) -> dict[str, Any]:
        try:
            client = self.clients.client(service)
            with self.clients.errors():
                answer: dict[str, Any] = getattr(client, operation)(**parameters)
                return answer
        except RemoteError as error:
            raise NotRead(_missing(error, permission)) from None
        except ConfigurationError as error:
            advice = error.fix[:1].lower() + error.fix[1:]
            raise NotRead(Missing(_clause(error.message), _clause(advice) or CREDENTIALS)) from None


def or_missing(read: Callable[[], T]) -> T | Missing:
    """What `read` gives, or the fact that it could not be read."""
    try:
        return read()
    except NotRead as error:
        return error.missing


def _missing(error: RemoteError, permission: str) -> Missing:
    if error.code in _GONE:
        return Missing(_clause(error.message), gone=True)
    if error.code in DENIED or error.status == 403:
        return Missing("the AWS credentials may not read it", permission)
    if isinstance(error, Unreachable):
        return Missing(_clause(error.message), "a way to AWS: check the network, the region and proxies")
    return Missing(_clause(error.message), error.fix.rstrip("."))


def _clause(sentence: str) -> str:
    return sentence.rstrip(".")
