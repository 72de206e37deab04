"""What an answer of the gateway may come from: a finding's id, a sentence, who is wrong, and what to do."""

from services.diagnosis.diagnosis import Culprit
from services.gateway.wordings import Cause

RULE_OF = {
    Cause.NO_TOKEN: "identity-source",
    Cause.LOWER_CASE_BEARER: "bearer",
    Cause.SEGMENTS: "segments",
    **dict.fromkeys((Cause.BEARER_IN_TOKEN, Cause.BASE64, Cause.JSON, Cause.JSON_END, Cause.NOT_AN_OBJECT), "decode"),
    **dict.fromkeys((cause for cause in Cause if cause.startswith("algorithm")), "algorithm"),
    Cause.CRITICAL_HEADER: "algorithm",
    Cause.DISCOVERY: "discovery",
    Cause.JWKS: "keys",
    Cause.KID_MISSING: "kid",
    Cause.KID_UNKNOWN: "kid",
    Cause.SIGNATURE: "signature",
    Cause.SIGNATURE_BASE64: "signature",
    Cause.ISSUER: "issuer",
    Cause.AUDIENCE: "audience",
    Cause.AUDIENCE_UNSET: "audience",
    **dict.fromkeys((Cause.EXPIRED, Cause.EXP_MISSING, Cause.EXP_NOT_A_NUMBER), "exp"),
    **dict.fromkeys((Cause.NBF, Cause.NBF_NOT_A_NUMBER), "nbf"),
    **dict.fromkeys((Cause.IAT, Cause.IAT_NOT_A_NUMBER), "iat"),
    **dict.fromkeys((Cause.SCOPES, Cause.SCOPE_OVER_SCP), "scopes"),
}

AUTHORIZER_SAYS: dict[str, tuple[str, Culprit, str]] = {
    "identity-source": (
        "No token arrived at the gateway, whatever was sent.",
        Culprit.CALLER,
        "Look at what really is sent (curl -v): redirects and proxies drop the Authorization header.",
    ),
    "bearer": ("The prefix is not exactly “Bearer ”.", Culprit.CALLER, "Write “Bearer ” before the token."),
    "segments": ("What arrived is no JWT.", Culprit.TOKEN, "Send the access token, whole."),
    "decode": ("What arrived cannot be decoded.", Culprit.TOKEN, "Send the access token, whole and unchanged."),
    "algorithm": ("The token is not signed with RSA.", Culprit.ISSUER, "Let the issuer sign with an RS256 key."),
    "discovery": (
        "AWS could not read the issuer's discovery document when it was needed.",
        Culprit.ISSUER,
        "Let it be public and answer within 1,500 ms, always.",
    ),
    "keys": (
        "AWS could not read the issuer's keys when they were needed.",
        Culprit.ISSUER,
        "Let the key set be public and answer within 1,500 ms, always.",
    ),
    "kid": (
        "The issuer does not publish the token's key.",
        Culprit.TOKEN,
        "Get a new token of the authorizer's issuer.",
    ),
    "signature": ("The signature does not fit the key.", Culprit.TOKEN, "Get the token again, and change nothing."),
    "issuer": (
        "The token's iss is not exactly the authorizer's issuer.",
        Culprit.AUTHORIZER,
        "Compare both letter by letter: a slash at the end is the usual difference.",
    ),
    "audience": (
        "The token's aud is none of the authorizer's audiences.",
        Culprit.AUTHORIZER,
        "Make one of the authorizer's audiences the token's aud.",
    ),
    "exp": ("The token has expired.", Culprit.TOKEN, "Get a new token."),
    "nbf": ("The token is not valid yet.", Culprit.CLOCK, "Compare the clocks, and wait before using a new token."),
    "iat": ("The token was issued in the future.", Culprit.CLOCK, "Compare the clocks."),
    "scopes": ("The token has none of the route's scopes.", Culprit.TOKEN, "Get a token with one of them."),
}

# What an answer of the gateway apart from its authorizer may mean, likeliest first.
GATEWAY_MAY_MEAN: dict[int, tuple[tuple[str, str, Culprit, str], ...]] = {
    401: (
        (
            "route-custom",
            "A Lambda authorizer found no identity in the request.",
            Culprit.ROUTE,
            "Look at the route's authorization, and at that authorizer's identity sources.",
        ),
    ),
    403: (
        (
            "domain-mapping",
            "The custom domain maps this path to no API.",
            Culprit.DOMAIN,
            "Compare the path with the custom domain's API mappings.",
        ),
        (
            "route-iam",
            "The route asks for IAM authorization, or a Lambda authorizer denied.",
            Culprit.ROUTE,
            "Look at the route's authorization: a JWT is no use to either.",
        ),
        (
            "firewall",
            "A firewall or mutual TLS refused the caller.",
            Culprit.PROXY,
            "Look at the firewall's rules and log, and at the domain's trust store.",
        ),
    ),
    404: (
        ("route", "No route has this method and path.", Culprit.ROUTE, "Compare them with the API's routes."),
        (
            "deployment",
            "The stage's name is missing in the path, or the stage has no deployment.",
            Culprit.STAGE,
            "Put the stage's name before the path, or deploy the API to $default.",
        ),
        (
            "api",
            "The API is gone, new, or its own address is disabled.",
            Culprit.API,
            "Check that the API exists and that its own address is enabled.",
        ),
    ),
    413: (("request-size", "The body is larger than the gateway takes.", Culprit.CALLER, "Send less than 10 MB."),),
    429: (("throttled", "The gateway throttled the request.", Culprit.STAGE, "Raise the limit, or call less often."),),
    431: (("request-size", "The headers have more than 10,240 bytes.", Culprit.CALLER, "Send a smaller token."),),
    500: (
        (
            "permission",
            "The function's policy does not let the API invoke it.",
            Culprit.PERMISSION,
            "Add lambda:InvokeFunction for apigateway.amazonaws.com to the function's policy.",
        ),
        ("function", "The function threw an error, or ended early.", Culprit.FUNCTION, "Look at the function's log."),
        (
            "response-shape",
            "The function's answer does not have the shape that the payload format asks for.",
            Culprit.FUNCTION,
            "Let the function return statusCode, headers and body.",
        ),
    ),
    503: (
        (
            "integration-timeout",
            "The function did not answer within the integration's time-out.",
            Culprit.FUNCTION,
            "Make the function faster, or raise its time-out (30 s at most).",
        ),
    ),
}
