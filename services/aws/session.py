"""boto3, made ready: one session, clients made one after another, short deadlines, and a record of every call."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from services.aws.failures import aws_errors
from services.aws.pace import Pace
from services.aws.retries import Retries
from services.aws.sign_in import GiveCode, SignIn, client_settings, new_session
from services.errors import ConfigurationError, GatelightError
from services.exchange import AwsCall, Exchange, collect
from services.read_only import ReadOnly, check_operation
from services.redact import Redactor, SafeText, Secret

_MASKED_HEADERS = frozenset(("authorization", "x-amz-security-token"))
_SERVICES = ("sts", "iam", "lambda", "apigatewayv2", "logs")
_BODY_SHOWN = 20_000  # bytes of a request body kept for people; a zip file is never shown


def preload() -> None:
    """Import boto3 and read what its clients are made from, which takes a third of a second, before it is needed.

    Reading it holds Python's lock for up to a tenth of a second at a time: a screen would stand still meanwhile.
    """
    import boto3

    nobody = dict.fromkeys(("aws_access_key_id", "aws_secret_access_key"), "none")
    session = boto3.Session(botocore_session=new_session(isolated=True), region_name="us-east-1", **nobody)
    for service in _SERVICES:
        session.client(service).close()


class AwsClients:
    """AWS clients under one set of credentials. Safe to share between threads.

    Botocore loads shared data with the first client: five made at once take longer than five made in turn.
    """

    def __init__(
        self,
        redactor: Redactor,
        *,
        profile: str = "",
        region: str = "",
        endpoint_url: str = "",
        access_key_id: str = "",
        secret_access_key: Secret | None = None,
        read_only: bool = False,
        give_code: GiveCode | None = None,
        sign_in: SignIn | None = None,
        retries: Retries | None = None,
    ) -> None:
        """With `read_only` every operation that could change something is refused before it is sent.

        `give_code` is asked for MFA codes. Clients that share a `sign_in` ask for one together. Clients of one account
        share their `retries`; API Gateway's quota is AWS's own and holds for no sandbox.
        """
        self._retries = retries or Retries(None if endpoint_url else Pace())
        self._read_only = read_only
        self._redactor = redactor
        self.endpoint_url = endpoint_url
        self._region = region
        self._sign_in = sign_in or SignIn(
            redactor,
            profile=profile,
            region=region,
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
            give_code=give_code,
        )
        self._lock = threading.Lock()
        self._session: Any = None  # the one the clients were made from
        self._clients: dict[str, Any] = {}

    @property
    def profile(self) -> str:
        """The AWS profile; empty where boto3's own chain decides."""
        return self._sign_in.profile

    def reading(self, region: str = "") -> "AwsClients":
        """Clients like these that only read, in `region` where one is given; themselves where they are those."""
        if self._read_only and region in ("", self._region):
            return self
        return AwsClients(
            self._redactor,
            region=region or self._region,
            endpoint_url=self.endpoint_url,
            read_only=True,
            sign_in=self._sign_in,
            retries=self._retries,
        )

    def client(self, service: str) -> Any:
        """The client of a service, made on first use. Raises ConfigurationError for missing credentials or region."""
        with self._lock:
            session = self._sign_in.session()
            if session is not self._session:
                self._session, self._clients = session, {}
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    @property
    def region(self) -> str:
        """The region in force: the profile's, or the one boto3's own chain finds; empty when there is none."""
        return self._region or self._sign_in.region

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn what a call raises into errors for people. After a sign-in has come to its end, a new one begins."""
        from botocore.exceptions import RefreshWithMFAUnsupportedError

        try:
            with aws_errors(self.profile, self._region):
                yield
            self._sign_in.code_pending = False
        except GatelightError as error:
            # The person may mend it beside us; and botocore uses an MFA code once, even one that was refused.
            is_about_signing_in = isinstance(error, ConfigurationError) and not isinstance(error, ReadOnly)
            if is_about_signing_in or self._sign_in.code_pending:
                self._sign_in.renew(self._session)
            raise
        except RefreshWithMFAUnsupportedError:
            self._sign_in.renew(self._session)
            raise ConfigurationError(
                "The AWS sign-in with an MFA code has come to its end.", "Do it again: the next code is asked for."
            ) from None

    def secrets(self) -> tuple[Secret, ...]:
        """The credentials that a request was just signed with. Asks nobody for newer ones."""
        credentials = self._session.get_credentials() if self._session is not None else None
        signed = getattr(credentials, "_frozen_credentials", credentials)  # those that can be renewed keep them there
        found = (getattr(signed, name, None) for name in ("secret_key", "token"))
        return tuple(Secret(value) for value in found if value)

    def close(self) -> None:
        """Let go of idle connections."""
        for client in self._clients.values():
            client.close()

    def _make(self, service: str) -> Any:
        with aws_errors(self.profile, self._region):
            client = self._session.client(
                service,
                region_name=self.region or None,
                endpoint_url=self.endpoint_url or None,
                # The sandbox is on loopback: no proxy in between.
                config=client_settings(attempts=1, proxies={} if self.endpoint_url else None),
            )
        _Recorder(self, self._redactor).attach(client.meta.events)
        self._retries.attach(client.meta.events, client.meta.service_model.service_id.hyphenize())
        if self._read_only:  # the first of an operation's events, before its parameters are even looked at
            client.meta.events.register_first("provide-client-params", _check_reading)
        return client


def _check_reading(model: Any, **_: object) -> None:
    check_operation(model.service_model.service_name, model.name)


class _Recorder:
    """Listens to a client's events and collects each call as an exchange."""

    def __init__(self, clients: AwsClients, redactor: Redactor) -> None:
        self._clients = clients
        self._redactor = redactor

    def attach(self, events: Any) -> None:
        """Listen on a client's event hooks."""
        events.register("provide-client-params", self._began)
        events.register("before-call", self._requested)
        events.register("before-send", self._signed)
        events.register("after-call", self._answered)
        events.register("after-call-error", self._failed)

    def _began(self, params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        context["gatelight"] = {"parameters": params, "began": time.monotonic()}

    def _requested(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:
        context.get("gatelight", {}).update(request=params, model=model)

    def _signed(self, request: Any, **_: object) -> None:
        self._redactor.register(*self._clients.secrets())

    def _answered(self, http_response: Any, model: Any, context: dict[str, Any], **_: object) -> None:
        self._collect(model, context, http_response, "")

    def _failed(self, exception: Exception, context: dict[str, Any], **_: object) -> None:
        model = context.get("gatelight", {}).get("model")  # this event does not bring it
        if model is not None:
            self._collect(model, context, None, f"{type(exception).__name__}: no answer")

    def _collect(self, model: Any, context: dict[str, Any], response: Any, error: str) -> None:
        said = context.get("gatelight", {})
        request = said.get("request", {})
        redact = self._redactor.redact
        content = response.content if response is not None else b""
        collect(
            Exchange(
                method=request.get("method", ""),
                url=request.get("url", ""),
                request_headers=tuple(
                    (name, _header(name, value, self._redactor)) for name, value in request.get("headers", {}).items()
                ),
                request_body=redact(_shown(request.get("body", b""))),
                status=response.status_code if response is not None else None,
                response_headers=tuple((name, redact(str(value))) for name, value in response.headers.items())
                if response is not None
                else (),
                response_body=redact(_shown(content)),
                seconds=time.monotonic() - said.get("began", time.monotonic()),
                error=error,
                aws=AwsCall(
                    service=model.service_model.service_name,
                    operation=model.name,
                    parameters=said.get("parameters", {}),
                    region=context.get("client_region", ""),
                    endpoint_url=self._clients.endpoint_url,
                    profile=self._clients.profile,
                ),
                began=said.get("began", 0.0),
            )
        )


def _header(name: str, value: Any, redactor: Redactor) -> SafeText:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return SafeText((Secret(text),)) if name.lower() in _MASKED_HEADERS else redactor.redact(text)


def _shown(body: Any) -> str:
    if isinstance(body, dict):  # the query protocol's parameters
        return "&".join(f"{name}={value}" for name, value in body.items())
    if isinstance(body, bytes):
        return body[:_BODY_SHOWN].decode("utf-8", "replace")
    return str(body or "")[:_BODY_SHOWN]
