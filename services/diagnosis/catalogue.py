"""Every finding and every banner the doctor knows: its id, its title, what it means, and what to do about it.

The ids are stable: programs may rely on them. The authorizer's own checks have the ids of the gateway's rules. The
order is the one in which findings stand, which is the gateway's. `docs/doctor.md` is this table for people.
"""

from dataclasses import dataclass

from services.gateway.verdict import Evidence, Mark
from services.gateway.wordings import RULE_EVIDENCE

_GUIDE = "API Gateway developer guide"
ROUTES = Evidence(Mark.DOCUMENTED, f"{_GUIDE}, “Create routes for HTTP APIs in API Gateway”")
STAGES = Evidence(Mark.DOCUMENTED, f"{_GUIDE}, “Stages for HTTP APIs in API Gateway”")
DOMAINS = Evidence(Mark.DOCUMENTED, f"{_GUIDE}, “Map API stages to a custom domain name for HTTP APIs”")
ENDPOINT = Evidence(Mark.DOCUMENTED, f"{_GUIDE}, “Disable the default endpoint for HTTP APIs”")
ACCESS = Evidence(Mark.DOCUMENTED, f"{_GUIDE}, “Control and manage access to HTTP APIs in API Gateway”")
JWT = Evidence(Mark.DOCUMENTED, f"{_GUIDE}, “Control access to HTTP APIs with JWT authorizers”")
QUOTAS = Evidence(Mark.DOCUMENTED, "“Quotas for configuring and running an HTTP API in API Gateway”")
CORS = Evidence(Mark.DOCUMENTED, f"{_GUIDE}, “Configure CORS for HTTP APIs in API Gateway”")
LAMBDA = Evidence(Mark.DOCUMENTED, f"{_GUIDE}, “Create AWS Lambda proxy integrations for HTTP APIs”")
TROUBLE = Evidence(Mark.DOCUMENTED, f"{_GUIDE}, “Troubleshooting issues with HTTP API Lambda integrations”")
ANSWER = Evidence(Mark.OBSERVED, "the answer itself")
FUSIONAUTH = Evidence(Mark.DOCUMENTED, "FusionAuth's documentation of applications, tenants and its Login API")
INFERRED = Evidence(Mark.INFERRED, "from how the authorizer's documented checks work together")

_OWN_EVIDENCE = {
    **dict.fromkeys(("tunnel-answer", "proxy-answer", "login-page", "unexplained", "firewall", "function"), ANSWER),
    **dict.fromkeys(("throttled", "request-size", "key-weak", "discovery-slow"), QUOTAS),
    **dict.fromkeys(("iam-answer", "route-open", "route-iam", "route-custom", "authorizer"), ACCESS),
    **dict.fromkeys(("domain-mapping", "domain-stage"), DOMAINS),
    **dict.fromkeys(("stage", "deployment", "auto-deploy"), STAGES),
    **dict.fromkeys(("api", "route"), ROUTES),
    **dict.fromkeys(("audience-blank", "key-cache"), JWT),
    **dict.fromkeys(("integration", "payload-format"), LAMBDA),
    **dict.fromkeys(("permission", "integration-timeout", "response-shape"), TROUBLE),
    **dict.fromkeys(("application-jwt", "application-inactive", "tenant-issuer"), FUSIONAUTH),
    "endpoint": ENDPOINT,
    "cors": CORS,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding or banner. `title` is a few words, `meaning` and `remedy` a sentence each."""

    id: str
    title: str
    meaning: str
    remedy: str

    @property
    def evidence(self) -> Evidence:
        """Why we believe it, for the doctor's own findings; the gateway's rules bring theirs along."""
        return _OWN_EVIDENCE.get(self.id) or RULE_EVIDENCE.get(self.id, INFERRED)


FINDINGS = (
    # Something answers before the gateway
    Entry("tunnel-answer", "Tunnel's answer", "A tunnel's own error page answered.", "Open the tunnel again."),
    Entry("proxy-answer", "Proxy's answer", "Something before the gateway answered.", "Check address and proxies."),
    Entry("login-page", "Login page", "A redirect or a web page answered.", "Call the gateway's own address."),
    Entry("iam-answer", "Signed request", "API Gateway asks for a signed request.", "Check the address and the route."),
    Entry("firewall", "Firewall", "A firewall or mutual TLS refused the caller.", "Look at its rules and its log."),
    Entry("throttled", "Throttling", "The gateway throttled the request.", "Raise the limit or call less often."),
    Entry(
        "request-size", "Request size", "Headers or body are too large.", "Send less: at most 10,240 bytes of headers."
    ),
    # How the request reaches the API
    Entry("api", "API", "There is no API of that id.", "Use the address of an API that exists."),
    Entry("endpoint", "Endpoint", "The API's own address is disabled.", "Enable it, or call the custom domain."),
    Entry("domain-mapping", "API mapping", "The custom domain maps this path to no API.", "Create an API mapping."),
    Entry("domain-stage", "Mapped stage", "The mapping leads to another API or stage.", "Change the API mapping."),
    Entry("stage", "Stage", "The API has no such stage.", "Create the stage, or use another one's path."),
    Entry("deployment", "Deployment", "The stage has no deployment, or it failed.", "Deploy the API to the stage."),
    Entry("auto-deploy", "Automatic deployment", "Changes are not deployed by themselves.", "Deploy, or switch it on."),
    Entry("route", "Route", "No route matches method and path.", "Call a route that exists, or create one."),
    # Who guards the route
    Entry("route-open", "Open route", "The route has no authorizer.", "Give the route the JWT authorizer."),
    Entry(
        "route-iam", "IAM authorization", "The route asks for signed requests.", "Give the route the JWT authorizer."
    ),
    Entry("route-custom", "Lambda authorizer", "A Lambda authorizer decides.", "Look at that function's log."),
    Entry("authorizer", "Authorizer", "The route's authorizer is not there.", "Attach an existing authorizer."),
    Entry("audience-blank", "Blank in an audience", "An audience has blanks around it.", "Write it without them."),
    # The JWT authorizer's checks
    Entry("identity-source", "Identity source", "No token where the authorizer looks.", "Send the token there."),
    Entry("bearer", "Bearer prefix", "The prefix is not exactly “Bearer ”.", "Write “Bearer ” before the token."),
    Entry("segments", "Three segments", "The text is no JWT.", "Send the access token, whole."),
    Entry("decode", "Header and claims", "The token cannot be decoded.", "Copy the token again, whole."),
    Entry("algorithm", "Algorithm", "The token is not signed with RSA.", "Sign with an RS256 key."),
    Entry(
        "tunnel-address", "Tunnel's address", "The tunnel has another address.", "Run all steps, then get a new token."
    ),
    Entry("discovery", "Issuer discovery", "The discovery document is of no use.", "Publish it where AWS can read it."),
    Entry("discovery-slow", "Slow discovery", "The issuer answers slowly.", "Bring it below 1,500 ms."),
    Entry("discovery-issuer", "Declared issuer", "Discovery names another issuer.", "Make both the same."),
    Entry("jwks-uri", "Address of the keys", "The key set's address is unusual.", "Publish it beside the issuer."),
    Entry("keys", "Issuer's keys", "The key set is of no use.", "Publish it where AWS can read it."),
    Entry("key-duplicate", "Duplicate key id", "Two keys share a kid.", "Give every key its own kid."),
    Entry("key-weak", "Weak key", "An RSA key is shorter than 2,048 bits.", "Sign with a longer key."),
    Entry("kid", "Key id", "The issuer does not publish the token's key.", "Publish the key, or get a new token."),
    Entry("key-cache", "Cached keys", "The gateway may still know older keys.", "Wait two hours, or reset its cache."),
    Entry("signature", "Signature", "The signature does not fit.", "Get the token again and change nothing in it."),
    Entry("issuer", "Issuer", "iss is not the authorizer's issuer.", "Make both the same, byte for byte."),
    Entry("tenant-issuer", "Tenant's issuer", "The tenant's issuer is another.", "Set the tenant's issuer."),
    Entry("audience", "Audience", "aud is none of the authorizer's audiences.", "Make one of them the same."),
    Entry("exp", "Expiry", "The token has expired.", "Get a new token."),
    Entry("exp-soon", "Expires soon", "The token expires in a moment.", "Get a new token in time."),
    Entry("nbf", "Not before", "The token is not valid yet.", "Set the clocks right."),
    Entry("iat", "Issued at", "The token was issued in the future.", "Set the clocks right."),
    Entry("clock", "Clocks", "Two clocks differ.", "Set them by the same time server."),
    Entry("scopes", "Scopes", "The token has none of the route's scopes.", "Ask for a token with one of them."),
    Entry("application-jwt", "Application's keys", "The tenant's key will sign the next token.", "Enable its JWT."),
    Entry("application-inactive", "Application", "The application is deactivated.", "Reactivate it."),
    # Behind the authorizer
    Entry("cors", "CORS preflight", "A browser's OPTIONS meets the authorizer.", "Add an OPTIONS route without one."),
    Entry("integration", "Integration", "What the route leads to is not there.", "Create it, or change the target."),
    Entry("permission", "Invoke permission", "The API may not invoke the function.", "Add the permission."),
    Entry("payload-format", "Payload format", "The claims arrive in the format of 1.0.", "Set the format to 2.0."),
    Entry("integration-timeout", "Time-out", "The function did not answer in time.", "Make it faster."),
    Entry("function", "Function", "The function failed, or refused itself.", "Look at the function's log."),
    Entry("response-shape", "Response shape", "The function's answer has another shape.", "Return the format's shape."),
    Entry("unexplained", "Unexplained refusal", "The gateway refused for no known reason.", "Record the answer."),
)

BANNERS = (
    Entry("id-token", "ID token", "This is an ID token, not an access token.", "Send the access token."),
    Entry("opaque-token", "Opaque token", "This is an opaque token.", "Get a JWT from the issuer."),
    Entry("encrypted-token", "Encrypted token", "This is an encrypted token (JWE).", "Get a signed one."),
    Entry("hs256", "Shared secret", "The token is signed with a shared secret.", "Sign with an RS256 key."),
    Entry("expired", "Expired", "The token has expired.", "Get a new token."),
    Entry("unregistered", "Not registered", "The user is not registered to the application.", "Register the user."),
    Entry("other-gate", "Another environment", "The token is another profile's.", "Use that profile's gate."),
    Entry("refresh-token", "Refresh token", "This is a refresh token.", "Exchange it for an access token."),
    Entry("fusionauth-key", "API key", "This looks like a FusionAuth API key.", "Log in with it; send the token."),
    Entry("aws-key", "AWS key", "This is an AWS access key.", "Revoke it if others have seen it; send a token."),
    Entry("placeholder", "Placeholder", "This is a placeholder, not a token.", "Put the token in its place."),
    Entry("bearer-twice", "Bearer twice", "“Bearer ” stands twice.", "Write it once."),
    Entry("token-response", "Whole answer", "This is the token endpoint's whole answer.", "Send its access_token."),
    Entry("masked", "Masked token", "This token is masked or shortened.", "Copy it from where it is whole."),
    Entry("foreign-audience", "For somebody else", "The token is for the issuer's own API.", "Ask for your API's."),
)

_UNREADABLE = (
    "no URL",
    "private address",
    "TLS",
    "unreachable",
    "tunnel",
    "redirect",
    "web page",
    "status",
    "too slow",
    "too large",
    "content",
    "from AWS only",
)

# The forms a finding comes in (`Finding.kind`); a finding that is not here has only one, whose kind is empty.
FORMS: dict[str, tuple[str, ...]] = {
    "domain-stage": ("old stage",),
    "deployment": ("failed",),
    "identity-source": ("empty", "elsewhere", "lost", "not sent"),
    "segments": (
        "cut off",
        "placeholder",
        "opaque-token",
        "encrypted-token",
        "refresh-token",
        "fusionauth-key",
        "aws-key",
        "token-response",
        "masked",
    ),
    "decode": (
        "bearer-twice",
        "header name",
        "quotation marks",
        "blank",
        "damaged",
        "placeholder",
        "masked",
        "aws-key",
        "token-response",
    ),
    "algorithm": (
        "shared secret",
        "tenant's key",
        "older token",
        "elliptic curve",
        "unsigned",
        "missing",
        "algorithm PSS",
        "critical header",
    ),
    "discovery": (*_UNREADABLE, "plain http"),
    "keys": ("stray address", *_UNREADABLE),
    "jwks-uri": ("http", "port"),
    "kid": (
        "missing",
        "not RSA",
        "no RSA key",
        "unusable",
        "rotated",
        "other server",
        "other issuer",
        "other environment",
    ),
    "signature": ("changed", "duplicate kid", "masked", "damaged", "blank", "own audience"),
    "issuer": (
        "authorizer",
        "tenant",
        "default issuer",
        "unusable issuer",
        "other tenant",
        "three values",
        "older token",
        "populate lambda",
        "other issuer",
        "other environment",
        "version",
        "missing",
        "undecided",
    ),
    "tenant-issuer": ("default issuer",),
    "audience": (
        "authorizer",
        "unregistered user",
        "no application",
        "populate lambda",
        "other application",
        "other environment",
        "own audience",
        "ID token",
        "missing",
        "unset",
    ),
    "exp": ("expired", "never valid", "missing", "not a number"),
    "nbf": ("future", "delayed", "milliseconds", "not a number"),
    "iat": ("future", "milliseconds", "not a number"),
    "clock": ("issuer", "ours"),
    "scopes": (
        "none",
        "other",
        "nearly",
        "drifted",
        "ID token",
        "permissions",
        "roles",
        "scopes",
        "authorities",
        "scope over scp",
    ),
    "integration": ("gone", "no function"),
    "permission": ("none", "other source"),
}

ENTRIES = {entry.id: entry for entry in FINDINGS}
MEANINGS = {entry.id: entry.meaning for entry in BANNERS}
ORDER = {entry.id: position for position, entry in enumerate(FINDINGS)}
