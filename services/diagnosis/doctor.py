"""The doctor's rounds: everything that can be found out about a case, independent look-ups side by side.

Everything is read and nothing changed: whatever clients are given, only reading ones made from them are used.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from services.cancel import Cancellation
from services.diagnosis.asking import Access, Beforehand, Consent
from services.diagnosis.aws_reads import CREDENTIALS, AwsReads
from services.diagnosis.facts import AuthorizerFacts, CaseFacts, FusionAuthFacts, IssuerFacts, Missing
from services.diagnosis.fusionauth_probe import behind, probe_fusionauth
from services.diagnosis.gateway_calls import AUTHORIZATION, call_with, call_without
from services.diagnosis.gateway_probe import GatewayReading, GatewayRequest, nothing_read, probe_gateway
from services.diagnosis.intake import Intake, Presented
from services.diagnosis.invoke_url import read_invoke_url
from services.diagnosis.issuer_probe import TOKEN_REACH, Reach, probe_issuer
from services.diagnosis.request_parts import believed, found_at, with_url
from services.gateway.call import Answer
from services.gateway.issuer_keys import discovery_url
from services.parallel import Begun, begin
from services.redact import Redactor, Secret
from services.tokens.decode import DecodedToken, MalformedToken, decode

T = TypeVar("T")
U = TypeVar("U")

SECONDS = 50.0  # a whole examination; the answer is to be there within a minute
_CALL_SECONDS = 35.0  # an integration may take 30 s, and its 503 must still arrive
_GLANCE = 0.05  # seconds between looks at whether somebody cancelled


def examine(
    intake: Intake,
    access: Access,
    cancellation: Cancellation,
    *,
    beforehand: Beforehand | None = None,
    consent: Consent | None = None,
    seconds: float = SECONDS,
) -> CaseFacts:
    """Find out everything there is to know within `seconds`; what takes longer is missing.

    Raises Interrupted when cancelled, and nothing else: whatever fails is a fact, too.
    """
    if intake.presented:
        _guard(intake.presented.value, access.redactor)
    rounds = _Rounds(intake, access, cancellation, beforehand or Beforehand(), consent or Consent(), seconds)
    return rounds.facts()


class _Rounds:
    """One examination under way."""

    def __init__(
        self,
        intake: Intake,
        access: Access,
        cancellation: Cancellation,
        beforehand: Beforehand,
        consent: Consent,
        seconds: float,
    ) -> None:
        self._recorded = beforehand.recorded
        self._intake = self._completed(intake)
        self._access = access
        self._http = access.http.reading()
        self._cancellation = cancellation
        self._beforehand = beforehand
        self._consent = consent
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._token = _decoded(intake.presented)
        self._authorizer: AuthorizerFacts | Missing = Missing("AWS has not answered")
        self._authorizer_known = threading.Event()
        self._issuers: dict[str, Begun[IssuerFacts]] = {}

    def facts(self) -> CaseFacts:
        """Begin everything at once, and what depends on it as soon as it can be."""
        fusionauth = begin(self._ask_fusionauth)
        expected = self._recorded.get("issuer") or (self._intake.described.issuer if self._intake.described else "")
        if expected:
            self._ask_issuer(expected, jwks_uri=self._recorded.get("jwks_uri", ""))
        without, with_token = self._begin_calls(AUTHORIZATION)
        gateway = begin(self._read_gateway)
        self._wait_for_authorizer()
        issuer, token_issuer = self._begin_issuers()
        reading = self._wait(gateway, _nothing_read, "AWS")
        if not self._intake.url:
            self._intake = with_url(self._intake, reading)
            without, with_token = self._begin_calls(AUTHORIZATION)
        place = self._place(reading)
        if place != AUTHORIZATION:
            self._intake = found_at(self._intake, place)
            without, with_token = self._begin_calls(place)
        answers = self._wait(without, _itself, "the gateway"), self._wait(with_token, _itself, "the gateway")
        reading = believed(reading, answers)
        found_issuer = self._found(issuer)
        answered_at = next((each.received_at for each in reversed(answers) if isinstance(each, Answer)), None)
        return CaseFacts(
            intake=self._intake,
            now=answered_at or time.time(),
            gateway=reading.facts,
            issuer=found_issuer,
            token_issuer=None if token_issuer is None else self._found(token_issuer),
            fusionauth=self._wait(fusionauth, _itself, "FusionAuth"),
            without=answers[0],
            with_token=answers[1],
            answered_at=answered_at,
            known_gates=self._beforehand.gates,
            moved_to=self._moved_to(),
            provisioned_by=self._provisioned_by(reading),
        )

    def _completed(self, intake: Intake) -> Intake:
        """The intake, with the profile's own gate where nothing says which one is meant."""
        if intake.url or intake.api_id or intake.described:
            return intake
        return replace(intake, url=self._recorded.get("invoke_url", ""), api_id=self._recorded.get("api_id", ""))

    # The gateway ------------------------------------------------------------------------------------------------------

    def _read_gateway(self) -> GatewayReading:
        try:
            return self._probed_gateway()
        finally:
            self._authorizer_known.set()

    def _probed_gateway(self) -> GatewayReading:
        intake, aws = self._intake, self._access.aws
        target = read_invoke_url(intake.url, is_sandbox=self._access.reach.is_sandbox)
        if aws is None:
            return GatewayReading(nothing_read(Missing("AWS was not asked", CREDENTIALS)), target.path, intake.method)
        known_function = self._recorded.get("function_arn", "") if self._is_recorded(target.api_id) else ""
        request = GatewayRequest(target, intake.method, intake.api_id, known_function)
        return probe_gateway(request, AwsReads(aws.reading(target.region)), self._tell)

    def _tell(self, authorizer: AuthorizerFacts | Missing) -> None:
        self._authorizer = authorizer
        self._authorizer_known.set()

    def _wait_for_authorizer(self) -> None:
        while not self._authorizer_known.wait(min(_GLANCE, self._left())) and self._left():
            self._cancellation.check()

    def _is_recorded(self, api_id: str) -> bool:
        return bool(api_id) and api_id == self._recorded.get("api_id")

    def _provisioned_by(self, reading: GatewayReading) -> str:
        api = reading.facts.api
        api_id = self._intake.api_id if isinstance(api, Missing) else api.api_id
        return self._beforehand.profile if self._is_recorded(api_id) else ""

    def _moved_to(self) -> str:
        now = self._beforehand.issuer_now
        return now if now != self._recorded.get("issuer", now) else ""

    # The issuers ------------------------------------------------------------------------------------------------------

    def _ask_issuer(self, issuer: str, *, jwks_uri: str = "", reach: Reach | None = None) -> Begun[IssuerFacts]:
        """Begin to read an issuer, once."""
        if issuer not in self._issuers:
            fetch = (reach or self._access.reach).fetch
            self._issuers[issuer] = begin(lambda: probe_issuer(issuer, fetch, jwks_uri=jwks_uri))
        return self._issuers[issuer]

    def _begin_issuers(self) -> tuple[Begun[IssuerFacts] | Missing, Begun[IssuerFacts] | Missing | None]:
        """The issuer the authorizer believes, and the one the token names where that is another."""
        named = self._token.claims.get("iss") if self._token else None
        authorizer = self._authorizer
        configured = authorizer.jwt.issuer if isinstance(authorizer, AuthorizerFacts) else ""
        if not configured and self._intake.described:
            configured = self._intake.described.issuer
        if configured:
            issuer = self._ask_issuer(configured)
            other = isinstance(named, str) and named and named != configured
            return issuer, self._token_issuer(str(named)) if other else None
        if isinstance(named, str) and named and isinstance(authorizer, Missing) and not authorizer.gone:
            return self._token_issuer(named), None
        return Missing("no JWT authorizer is known", "the invoke URL with AWS credentials, or --issuer URL"), None

    def _token_issuer(self, named: str) -> Begun[IssuerFacts] | Missing:
        if named in self._issuers:  # it is meant anyhow
            return self._issuers[named]
        if not named.startswith("https://"):
            return Missing(f'the token names "{named[:200]}", which is no https URL that could be asked')
        if not self._consent.fetch:
            return Missing(
                "its address stands in the token alone, and is not asked without consent",
                f"--allow-fetch, which reads {discovery_url(named)[:300]}",
            )
        return self._ask_issuer(named, reach=TOKEN_REACH)

    def _found(self, issuer: Begun[IssuerFacts] | Missing) -> IssuerFacts | Missing:
        return issuer if isinstance(issuer, Missing) else self._wait(issuer, _itself, "the issuer")

    # FusionAuth and the calls -----------------------------------------------------------------------------------------

    def _ask_fusionauth(self) -> FusionAuthFacts | Missing:
        client = self._access.fusionauth
        if client is None:
            return Missing("FusionAuth was not asked", "a profile with FusionAuth's address and an API key")
        claims = self._token.claims if self._token else {}
        return probe_fusionauth(client.over(self._http), behind(claims, self._recorded))

    def _begin_calls(self, place: str) -> tuple[Begun[Answer | Missing], Begun[Answer | Missing]]:
        intake, seconds = self._intake, min(_CALL_SECONDS, self._left() or _GLANCE)
        presented = intake.presented
        if not self._consent.call:
            return (begin(_not_called), begin(_not_called))
        without = begin(lambda: call_without(self._http, intake, seconds))
        if presented is None:
            return without, begin(lambda: Missing("there is no token to call it with", "a token"))
        if not presented.value:  # the request as it was made carries none: that answer is the one without
            return without, without
        where = presented.place or place
        return without, begin(lambda: call_with(self._http, intake, presented, where, seconds))

    def _place(self, reading: GatewayReading) -> str:
        """Where the authorizer looks for the token, if that is not the usual header."""
        authorizer = reading.facts.authorizer
        if isinstance(authorizer, Missing) or authorizer.kind != "JWT" or not authorizer.jwt.identity_source:
            return AUTHORIZATION
        source = authorizer.jwt.identity_source
        return AUTHORIZATION if source.lower() == AUTHORIZATION.lower() else source

    # Waiting ----------------------------------------------------------------------------------------------------------

    def _left(self) -> float:
        return max(0.0, self._end - time.monotonic())

    def _wait(self, begun: Begun[T], without: Callable[[Missing], U], who: str) -> T | U:
        """What a look-up found; `without` makes what stands in its place when it takes too long or fails unforeseen."""
        while not begun.wait(min(_GLANCE, self._left())):
            self._cancellation.check()
            if not self._left():
                return without(Missing(f"{who} did not answer within {self._seconds:.0f} s", "another try"))
        self._cancellation.check()
        try:
            return begun.result()
        except Exception as error:  # noqa: BLE001 - a thread's border: one failed look-up must not hide the others
            return without(Missing(f"looking at {who} failed in a way nobody foresaw: {type(error).__name__}: {error}"))


def _nothing_read(reason: Missing) -> GatewayReading:
    return GatewayReading(nothing_read(reason))


def _itself(missing: Missing) -> Missing:
    return missing


def _not_called() -> Missing:
    return Missing("the gateway was not called", "consent to call it")


def _decoded(presented: Presented | None) -> DecodedToken | None:
    try:
        return decode(presented.value.reveal()) if presented else None
    except MalformedToken:
        return None


def _guard(value: Secret, redactor: Redactor) -> None:
    """Keep the token out of everything that is shown, with and without its prefix."""
    text = value.reveal().strip()
    redactor.register(value, Secret(text), Secret(text.rpartition(" ")[2]))
