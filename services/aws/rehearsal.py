"""AWS clients for a look ahead: they read, and keep what would be written instead of sending it."""

from typing import Any

from services.aws.session import AwsClients
from services.exchange import AwsCall, Exchange, collect
from services.read_only import reads

_GONE = frozenset(("NotFoundException", "ResourceNotFoundException", "NoSuchEntity"))


class RehearsedAws(AwsClients):
    """Clients whose writing operations end in the exchanges collected, unsent and unanswered.

    What AWS would have answered is given as `{Name}` wherever it is looked at.
    """

    def __init__(self, clients: AwsClients) -> None:
        vars(self).update(vars(clients))  # the same sign-in, the same connections
        self._real = clients  # of which only reading operations are called

    def client(self, service: str) -> Any:
        """A client that writes nothing."""
        return _Client(self._real, service)


class Answer(dict[str, Any]):
    """An answer that nobody gave yet: everything in it has a name and no value."""

    def __missing__(self, key: str) -> "Place":
        return Place(f"{{{key}}}")


class Place(str):
    """Something not known yet, as `{Name}`; what is in it is not known either."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        return Place(f"{{{key}}}") if isinstance(key, str) else super().__getitem__(key)


class _Client:
    def __init__(self, clients: AwsClients, service: str) -> None:
        self._clients = clients
        self._service = service

    def __getattr__(self, name: str) -> Any:
        real = self._clients.client(self._service)
        operation = real.meta.method_to_api_mapping.get(name)
        return getattr(real, name) if operation is None else lambda **given: self._call(name, operation, given)

    def _call(self, method: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if not reads(operation):
            region, endpoint, profile = self._clients.region, self._clients.endpoint_url, self._clients.profile
            call = AwsCall(self._service, operation, parameters, region, endpoint, profile)
            collect(Exchange(method="", url="", aws=call))
            return Answer()
        if any(isinstance(value, str) and "{" in value for value in parameters.values()):
            return Answer()  # about something that is not there yet
        from botocore.exceptions import ClientError

        try:
            found: dict[str, Any] = getattr(self._clients.client(self._service), method)(**parameters)
            return found
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _GONE:
                return Answer()
            raise
