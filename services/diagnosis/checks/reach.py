"""How the request reaches a route: the API and its address, the custom domain, the stage, the route."""

from urllib.parse import urlsplit

from services.aws.steps.side import ROUTE_PATH
from services.diagnosis.diagnosis import Change, Culprit, Finding, Fix, Weight
from services.diagnosis.difference import likeness
from services.diagnosis.examination import Examination
from services.diagnosis.facts import DomainFacts, Missing, RouteFacts, StageFacts
from services.diagnosis.making import found
from services.diagnosis.remedies import aws, step
from services.gateway.call import Answer
from services.visible import quoted

_LISTED = 8  # routes that a finding lists


def reach_findings(case: Examination) -> list[Finding]:
    """Everything that keeps the request from its route, in the order in which the request meets it."""
    return [*_api(case), *_domain(case), *_stage(case), *_route(case)]


def _api(case: Examination) -> list[Finding]:
    api, intake = case.facts.gateway.api, case.facts.intake
    if isinstance(api, Missing):
        if not api.gone:
            return []
        named = quoted(intake.api_id or _host(case) or "?")
        sentence = f"There is no HTTP API behind {named}: {api.reason}."
        remedy = "Use the address of an API that exists in this account and region, or create the API."
        return [found("api", sentence, Culprit.API, Fix(remedy, step_id=step(case, "api")), actual=intake.url or None)]
    if api.endpoint_disabled and _host(case) == _host_of(api.endpoint):
        sentence = (
            f"The API's own address {quoted(api.endpoint)} is disabled, so it answers to its custom domains only."
        )
        fix = Fix(
            "Call the custom domain, or enable the API's own address.",
            Change(f"API {quoted(api.name)} ({api.api_id})", "DisableExecuteApiEndpoint", "true", "false"),
            aws(case, "UpdateApi", ApiId=api.api_id, DisableExecuteApiEndpoint=False),
        )
        return [found("endpoint", sentence, Culprit.API, fix)]
    return []


def _domain(case: Examination) -> list[Finding]:
    domain = case.facts.gateway.domain
    if not isinstance(domain, DomainFacts):
        return []
    api, path = case.api, path_of(case)
    if not domain.api_id:
        listed = ", ".join(quoted(key or "(none)") for key in domain.mappings[:_LISTED]) or "none at all"
        fix = Fix("Create an API mapping for the path, or call a path that has one.")
        if api and isinstance(case.facts.gateway.stage, StageFacts):
            name = case.facts.gateway.stage.name
            command = aws(case, "CreateApiMapping", DomainName=domain.name, ApiId=api.api_id, Stage=name)
            fix = Fix("Create an API mapping for the path, or call a path that has one.", command=command)
        sentence = f"The custom domain {quoted(domain.name)} maps the path {quoted(path)} to no API, so it answers 403."
        detail = (f"Its mapping keys: {listed}.",)
        return [found("domain-mapping", sentence, Culprit.DOMAIN, fix, actual=path, detail=detail)]
    wanted = case.facts.intake.api_id
    if wanted and wanted != domain.api_id:
        sentence = (
            f"The custom domain {quoted(domain.name)} leads to the API {quoted(domain.api_id)}, not {quoted(wanted)}."
        )
        fix = Fix("Change the API mapping, or look at the API it leads to.")
        return [found("domain-stage", sentence, Culprit.DOMAIN, fix, expected=wanted, actual=domain.api_id)]
    stage = case.facts.gateway.stage
    if isinstance(stage, Missing) and stage.gone:
        sentence = (
            f"The custom domain {quoted(domain.name)} leads to the stage {quoted(domain.stage)}, which is not there."
        )
        fix = Fix("Let the API mapping lead to a stage that exists.")
        return [found("domain-stage", sentence, Culprit.DOMAIN, fix, actual=domain.stage, kind="old stage")]
    return []


def _stage(case: Examination) -> list[Finding]:
    stage, api = case.facts.gateway.stage, case.api
    if isinstance(stage, Missing):
        if not stage.gone or isinstance(case.facts.gateway.domain, DomainFacts):
            return []
        sentence = f"The request reaches no stage of the API: {stage.reason}."
        command = aws(case, "CreateStage", ApiId=api.api_id, StageName="$default", AutoDeploy=True) if api else ""
        fix = Fix("Put a stage's name into the path, or create the stage $default.", None, command, step(case, "stage"))
        return [found("stage", sentence, Culprit.STAGE, fix, actual=path_of(case))]
    change = Change(f"stage {quoted(stage.name)}", "AutoDeploy", "false", "true")
    on = aws(case, "UpdateStage", ApiId=api.api_id, StageName=stage.name, AutoDeploy=True) if api else ""
    if not stage.deployed:
        sentence = f"The stage {quoted(stage.name)} has no deployment, so it answers 404 to everything."
        deploy = aws(case, "CreateDeployment", ApiId=api.api_id, StageName=stage.name) if api else ""
        fix = Fix("Deploy the API to the stage.", command=deploy)
        if not stage.auto_deploy:
            fix = Fix("Let the stage deploy by itself.", change, on, step(case, "stage"))
        detail = (f"The stage says: {stage.problem}.",) if stage.problem else ()
        return [found("deployment", sentence, Culprit.STAGE, fix, detail=detail)]
    if stage.problem:
        sentence = f"The last change was not deployed to the stage {quoted(stage.name)}: {stage.problem.rstrip('.')}."
        fix = Fix("Set right what the message names; the next change is deployed again.")
        return [found("deployment", sentence, Culprit.STAGE, fix, weight=Weight.WARNS, kind="failed")]
    if not stage.auto_deploy and not _answered_well(case):
        sentence = f"The stage {quoted(stage.name)} deploys nothing by itself: what you see may not be what runs."
        fix = Fix("Deploy after every change, or let the stage do it.", change, on, step(case, "stage"))
        return [found("auto-deploy", sentence, Culprit.STAGE, fix, weight=Weight.WARNS)]
    return []


def _answered_well(case: Examination) -> bool:
    """Whether what is deployed has just been seen to work."""
    answer = case.facts.with_token
    return isinstance(answer, Answer) and answer.status < 400


def _route(case: Examination) -> list[Finding]:
    route = case.facts.gateway.route
    if not isinstance(route, RouteFacts) or route.route_key:
        return []
    asked = f"{case.facts.intake.method} {path_of(case)}"
    repaired = step(case, "route") if _is_profiles(case, route) else ""
    near = sorted(route.others, key=lambda key: -likeness(asked, key))[:_LISTED]
    sentence = f"No route matches {quoted(asked)}, so the gateway answers 404 and no authorizer runs."
    if near:
        sentence += f" The nearest route is {quoted(near[0])}."
        fix = Fix(f"Call {quoted(near[0])}, or create a route for the path.", step_id=repaired)
    else:
        fix = Fix("Create a route: the API has none.", step_id=repaired)
    detail = (f"The API's routes: {', '.join(map(quoted, near))}.",) if len(near) > 1 else ()
    return [
        found("route", sentence, Culprit.ROUTE, fix, expected=near[0] if near else None, actual=asked, detail=detail)
    ]


def _is_profiles(case: Examination, route: RouteFacts) -> bool:
    """Whether it is a profile's own route that was asked for, and there is none of its path any more."""
    paths = {key.partition(" ")[2] for key in route.others}
    return path_of(case).endswith(ROUTE_PATH) and ROUTE_PATH not in paths


def path_of(case: Examination) -> str:
    """The path of the URL that was given; `/` without one."""
    try:
        return urlsplit(case.facts.intake.url).path or "/"
    except ValueError:
        return "/"


def _host(case: Examination) -> str:
    return _host_of(case.facts.intake.url)


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
