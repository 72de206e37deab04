"""What was found out about a gate, each fact with the reason where it could not be.

The doctor's look-ups fill these in, its checks only read them: a diagnosis is a pure function of the facts.
"""

from dataclasses import dataclass, field

from services.diagnosis.intake import Intake
from services.gateway.call import Answer
from services.gateway.issuer_keys import IssuerKeys
from services.gateway.rules import JwtAuthorizer


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that is not known. `reason` says why, `needs` what would let it be found out; each a clause.

    `gone` means that it was looked for by somebody who may look, and is not there: an API id that AWS does not know, a
    stage that the API does not have, an authorizer that the route names in vain.
    """

    reason: str
    needs: str = ""
    gone: bool = False


# How the API is reached and who lets the request through --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ApiFacts:
    """The HTTP API behind the invoke URL."""

    api_id: str
    name: str
    region: str
    account_id: str
    endpoint: str  # https://ID.execute-api.REGION.amazonaws.com
    endpoint_disabled: bool = False
    cors_origins: tuple[str, ...] | None = None  # None: no CORS configuration
    cors_headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DomainFacts:
    """A custom domain and the API mapping that a request's path takes; `mapping_key` "" is the root mapping."""

    name: str
    api_id: str = ""  # empty: no mapping matches the path
    stage: str = ""
    mapping_key: str = ""
    mappings: tuple[str, ...] = ()  # every mapping key there is


@dataclass(frozen=True, slots=True)
class StageFacts:
    """The stage a request reaches. `deployed` is whether it has a deployment; `problem` is auto-deploy's, if any."""

    name: str
    deployed: bool
    auto_deploy: bool
    problem: str = ""
    access_log_group: str = ""
    access_log_format: str = ""


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """The route that matches, or (with an empty `route_key`) that none does."""

    route_key: str
    authorization_type: str = ""  # NONE, JWT, AWS_IAM, CUSTOM
    authorizer_id: str = ""
    scopes: tuple[str, ...] = ()
    target: str = ""
    others: tuple[str, ...] = ()  # every route key of the API, to say which one was nearly meant
    catches_preflight: bool = False  # an OPTIONS request to the path would meet this route's authorizer
    route_id: str = ""


@dataclass(frozen=True, slots=True)
class AuthorizerFacts:
    """The authorizer as AWS stores it; `kind` is JWT or REQUEST."""

    authorizer_id: str
    name: str
    kind: str
    jwt: JwtAuthorizer


@dataclass(frozen=True, slots=True)
class IntegrationFacts:
    """What the route leads to."""

    kind: str  # AWS_PROXY, HTTP_PROXY, …
    uri: str
    payload_format_version: str = ""
    timeout_ms: int | None = None
    function_exists: bool | None = None


@dataclass(frozen=True, slots=True)
class PermissionFacts:
    """Whether the function's policy lets this API's route invoke it. `statements` are those naming API Gateway."""

    allowed: bool
    function_arn: str
    wanted_source_arn: str
    statements: tuple[str, ...] = ()  # their source ARNs as they stand


@dataclass(frozen=True, slots=True)
class GatewayFacts:
    """The gate's configuration, as AWS has it now. None where a fact does not apply (no custom domain, no function)."""

    api: ApiFacts | Missing
    stage: StageFacts | Missing
    route: RouteFacts | Missing
    authorizer: AuthorizerFacts | Missing
    domain: DomainFacts | Missing | None = None
    integration: IntegrationFacts | Missing | None = None
    permission: PermissionFacts | Missing | None = None
    endpoint_url: str = ""  # where AWS was asked, if not at its own addresses
    aws_profile: str = ""  # the AWS profile it was asked with; both are for the commands that fixes name


# The issuer as the public sees it -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fetched:
    """One document as a stranger without credentials gets it. `seconds` counts to the last byte.

    `problem` says what is wrong with it for the gateway (not reachable, redirected, a login page, too slow, too large,
    not JSON, …) as a clause; empty where nothing is.
    """

    url: str
    status: int | None = None
    content_type: str = ""
    size: int = 0
    seconds: float = 0.0
    redirect_to: str = ""
    tunnel_code: str = ""  # what ngrok's edge says of itself, such as "ERR_NGROK_3200"
    tls_problem: str = ""
    max_age: int | None = None  # of Cache-Control, in seconds
    server_time: float | None = None  # of the Date header, in seconds since the epoch
    received_at: float = 0.0  # our clock when the head of the answer came
    address: str = ""  # the IP address it was read from
    problem: str = ""


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """An issuer's two documents and the keys in them. `keys` is what the gateway could use, or its failure.

    Where it failed, `keys` still has what was learnt on the way: the declared issuer, the `jwks_uri`, and keys that
    could be read here though the gateway cannot have them (`is_private`, a redirect, a wrong status do not give any).
    `jwks_uri_stray` says, as a clause, in what the `jwks_uri` leads away from the issuer: scheme, host or port.
    `key_algorithms` has every published key by kid with its type and `alg` ("RSA RS256", "EC ES256"), those included
    that API Gateway cannot use.
    """

    issuer: str
    discovery: Fetched | Missing
    key_set: Fetched | Missing
    keys: IssuerKeys
    key_algorithms: tuple[tuple[str, str], ...] = ()
    jwks_uri_stray: str = ""
    is_private: bool = False  # its host is loopback, private or link-local: AWS cannot reach it


# FusionAuth from inside -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FusionAuthFacts:
    """What FusionAuth's API says of the tenant, the application and the user behind a token.

    `tenant_changed_at` is when the tenant was last changed, in seconds since the epoch; None where it is not known.
    """

    url: str = ""  # where FusionAuth's API is reached
    version: str = ""
    tenant_id: str = ""
    tenant_name: str = ""
    tenant_issuer: str = ""
    tenant_changed_at: float | None = None
    application_id: str = ""
    application_name: str = ""
    application_active: bool | None = None
    jwt_enabled: bool | None = None  # the application's own JWT settings; False means the tenant's keys sign
    signing_algorithm: str = ""  # of the key that signs access tokens now: the application's or else the tenant's
    signing_kid: str = ""
    user_id: str = ""
    user_registered: bool | None = None
    not_read: tuple[tuple[str, Missing], ...] = ()  # "the tenant" and so on, where that part alone could not be read


@dataclass(frozen=True, slots=True)
class KnownGate:
    """What a profile on this machine wants: to recognise a token of another environment, and what has drifted.

    `scope` is the one that its tokens carry and its route asks for; empty where it has none.
    """

    profile: str
    issuer: str
    audience: str
    kids: tuple[str, ...] = ()
    scope: str = ""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Everything known of one case at one moment. `now` is our clock, in seconds since the epoch.

    `token_issuer` is the issuer named in the token where it differs from the authorizer's and could be read.
    `without` and `with_token` are what the gateway answered just now, at `answered_at` by our clock; a captured answer
    stands in the intake.
    """

    intake: Intake
    now: float
    gateway: GatewayFacts
    issuer: IssuerFacts | Missing
    token_issuer: IssuerFacts | Missing | None = None
    fusionauth: FusionAuthFacts | Missing = field(default_factory=lambda: Missing("FusionAuth was not asked"))
    without: Answer | Missing = field(default_factory=lambda: Missing("the gateway was not called"))
    with_token: Answer | Missing = field(default_factory=lambda: Missing("the gateway was not called"))
    answered_at: float | None = None
    known_gates: tuple[KnownGate, ...] = ()
    moved_to: str = ""  # the issuer that the profile's tunnel gives now, where it is another than its steps recorded
    provisioned_by: str = ""  # the profile whose steps made this gate and can set it right; empty for anybody else's
