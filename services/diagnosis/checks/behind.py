"""What lies behind the authorizer, and what a browser asks before it: integration, permission, format, CORS."""

from services.diagnosis.diagnosis import Change, Culprit, Finding, Fix, Weight
from services.diagnosis.examination import Examination
from services.diagnosis.facts import IntegrationFacts, Missing, PermissionFacts
from services.diagnosis.making import found
from services.diagnosis.remedies import aws, step
from services.visible import quoted

LONGEST = 30_000  # milliseconds an integration may take at most (API Gateway's quotas for HTTP APIs)


def behind_findings(case: Examination) -> list[Finding]:
    """Everything that keeps a request that was let in from its answer, in the order in which it meets it."""
    return [*_cors(case), *_integration(case), *_permission(case), *_format(case)]


def _cors(case: Examination) -> list[Finding]:
    """A preflight that meets the authorizer, where anything shows that browsers are meant to call.

    `$default` takes preflights even where CORS is configured (API Gateway's page on CORS); `ANY` does not then.
    """
    route, api = case.route, case.api
    if route is None or not route.catches_preflight or route.authorization_type in ("", "NONE"):
        return []
    configured = api is not None and api.cors_origins is not None
    if (configured and route.route_key != "$default") or not (configured or _from_browser(case)):
        return []
    sentence = (
        f"A browser's preflight (OPTIONS) meets the authorizer of the route {quoted(route.route_key)} without a token, "
        "and is refused."
    )
    path = route.route_key.partition(" ")[2] or "/{proxy+}"
    key = f"OPTIONS {path}"
    command = aws(case, "CreateRoute", ApiId=api.api_id, RouteKey=key, Target=route.target) if api else ""
    fix = Fix(f"Add a route {quoted(key)} without authorization, or configure CORS for the API.", command=command)
    if configured:
        fix = Fix(f"Add a route {quoted(key)} without authorization: it comes before $default.", command=command)
    return [found("cors", sentence, Culprit.ROUTE, fix, weight=Weight.WARNS)]


def _from_browser(case: Examination) -> bool:
    """Whether the request is one that a browser makes for a page of another origin."""
    names = {name.lower() for name, _ in case.facts.intake.headers}
    return case.facts.intake.method == "OPTIONS" or bool(
        names & {"origin", "access-control-request-method", "sec-fetch-mode"}
    )


def _integration(case: Examination) -> list[Finding]:
    integration, route = case.facts.gateway.integration, case.route
    if isinstance(integration, Missing) and integration.gone:
        sentence = (
            f"The route leads to {quoted(route.target if route else '')}, which is not there: {integration.reason}."
        )
        fix = Fix("Create the integration, or let the route lead to another one.", step_id=step(case, "integration"))
        return [found("integration", sentence, Culprit.INTEGRATION, fix, kind="gone")]
    if not isinstance(integration, IntegrationFacts) or integration.function_exists is not False:
        return []
    sentence = f"The function {quoted(integration.uri)} does not exist, so the gateway answers 500."
    fix = Fix("Create the function, or let the integration lead to another one.", step_id=step(case, "function"))
    return [found("integration", sentence, Culprit.INTEGRATION, fix, actual=integration.uri, kind="no function")]


def _permission(case: Examination) -> list[Finding]:
    permission = case.facts.gateway.permission
    if not isinstance(permission, PermissionFacts) or permission.allowed:
        return []
    sentence = (
        "The function's policy does not let this API invoke it, so the gateway answers 500 after letting a token in."
    )
    given = permission.statements
    detail = (f"Its statements for API Gateway allow: {', '.join(map(quoted, given[:6])) or 'nothing'}.",)
    command = aws(
        case,
        "AddPermission",
        "lambda",
        FunctionName=permission.function_arn,
        StatementId="gatelight-invoke",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=permission.wanted_source_arn,
    )
    fix = Fix(
        "Add the permission to the function's policy.",
        Change("the function's policy", "SourceArn", ", ".join(given), permission.wanted_source_arn),
        command,
        step(case, "permission"),
    )
    return [
        found(
            "permission",
            sentence,
            Culprit.PERMISSION,
            fix,
            expected=permission.wanted_source_arn,
            actual=given[0] if given else None,
            detail=detail,
            kind="other source" if given else "none",
        )
    ]


def _format(case: Examination) -> list[Finding]:
    integration = case.facts.gateway.integration
    if not isinstance(integration, IntegrationFacts) or integration.kind != "AWS_PROXY":
        return []
    findings = []
    if integration.payload_format_version == "1.0":
        sentence = (
            "The integration speaks payload format 1.0: the claims arrive at requestContext.authorizer.claims, not at "
            "requestContext.authorizer.jwt.claims, and the answer must have a statusCode."
        )
        change = Change("the integration", "PayloadFormatVersion", "1.0", "2.0")
        fix = Fix(
            "Set the payload format to 2.0, or let the function read 1.0's place.",
            change,
            step_id=step(case, "integration"),
        )
        findings.append(
            found(
                "payload-format",
                sentence,
                Culprit.INTEGRATION,
                fix,
                weight=Weight.WARNS,
                expected="2.0",
                actual="1.0",
            )
        )
    return findings
