"""Who is wrong, what comes from what, when a gate is healthy, and what the headline says."""

from dataclasses import replace
from typing import Any

import pytest

from services.diagnosis.diagnose import diagnose
from services.diagnosis.diagnosis import Culprit, Weight
from services.diagnosis.facts import CaseFacts, KnownGate, Missing
from services.diagnosis.intake import CapturedAnswer, Intake, Presented
from services.gateway.issuer_keys import Source
from services.gateway.rules import JwtAuthorizer
from services.redact import Secret
from tests.diagnosis.cases import (
    AUTHORIZER,
    FUSIONAUTH,
    ISSUER,
    PERMISSION,
    ROUTE,
    URL,
    answer,
    authorizer,
    facts,
    gateway,
    issuer,
    refusal,
    route,
)
from tests.diagnosis.scenarios import ALONE, AUTH0, GONE, HS256, OTHER, UNASKED, captured, failing, foreign, refused
from tests.gateway.signing import AUDIENCE, NOW, claims, sign

SLASH = ISSUER + "/"
OTHER_AUTHORIZER = replace(AUTHORIZER, name="by-hand", jwt=JwtAuthorizer(ISSUER, ("x",)))
OWN = (KnownGate("own", ISSUER, AUDIENCE, scope="wanted"),)
SERVER_ERROR = '{"message":"Internal Server Error"}'


def reads(declared: str) -> Any:
    return issuer(keys=replace(issuer().keys, declared_issuer=declared))


def of_fusionauth(issued: str = ISSUER, *, aud: str | None = AUDIENCE, **changed: Any) -> CaseFacts:
    return facts(sign(claims(issued, aud=aud)), fusionauth=replace(FUSIONAUTH, **changed))


@pytest.mark.parametrize(
    ("token", "configured", "tenant", "declared", "wanted", "culprit"),
    [
        (ISSUER, SLASH, ISSUER, ISSUER, "", Culprit.AUTHORIZER),
        (ISSUER, SLASH, "", ISSUER, "", Culprit.AUTHORIZER),
        (ISSUER, SLASH, "", "", ISSUER, Culprit.AUTHORIZER),
        (SLASH, ISSUER, ISSUER, ISSUER, "", Culprit.TOKEN),
        (SLASH, ISSUER, "", ISSUER, "", Culprit.TOKEN),
        (SLASH, ISSUER, SLASH, ISSUER, ISSUER, Culprit.TENANT),
        (SLASH, ISSUER, ISSUER, ISSUER, ISSUER, Culprit.TOKEN),
        (SLASH, ISSUER, SLASH, SLASH, "", Culprit.AUTHORIZER),
        ("acme.com", ISSUER, "acme.com", "acme.com", "", Culprit.TENANT),
        ("acme.com", ISSUER, "", "", "", Culprit.TENANT),
        ("http://localhost:9011", ISSUER, "", "http://localhost:9011", "", Culprit.TENANT),
        (ISSUER, SLASH, "", "", "", Culprit.AUTHORIZER),
    ],
)
def test_the_other_places_decide_who_is_wrong(
    token: str, configured: str, tenant: str, declared: str, wanted: str, culprit: Culprit
) -> None:
    found = diagnose(
        facts(
            sign(claims(token)),
            gateway=authorizer(configured),
            fusionauth=replace(FUSIONAUTH, tenant_issuer=tenant) if tenant else UNASKED,
            issuer=reads(declared),
            known_gates=(KnownGate("own", wanted, AUDIENCE),) if wanted else (),
            provisioned_by="own" if wanted else "",
        )
    )
    assert found.finding("issuer").culprit is culprit


@pytest.mark.parametrize(
    ("case", "finding", "step", "token"),
    [
        (facts(gateway=authorizer(SLASH)), "issuer", "authorizer", False),
        (facts(gateway=authorizer(audience=("x",))), "audience", "authorizer", False),
        (facts(gateway=gateway(authorizer=OTHER_AUTHORIZER)), "audience", "route", False),
        (
            facts(sign(claims("acme.com")), fusionauth=replace(FUSIONAUTH, tenant_issuer="acme.com")),
            "issuer",
            "issuer",
            True,
        ),
        (facts(sign(claims(ISSUER, exp=NOW - 1))), "exp", "", True),
        (
            facts(sign(claims(ISSUER, aud=None)), fusionauth=replace(FUSIONAUTH, user_registered=False)),
            "audience",
            "registration",
            True,
        ),
        (facts(HS256, fusionauth=replace(FUSIONAUTH, jwt_enabled=False)), "algorithm", "application", True),
        (facts(gateway=gateway(permission=replace(PERMISSION, allowed=False))), "permission", "permission", False),
        (facts(sign(claims(ISSUER, scope=None)), gateway=route(scopes=("a",))), "scopes", "route", False),
        (facts(sign(claims(ISSUER, scope=None)), gateway=route(scopes=("wanted",))), "scopes", "scope_lambda", True),
        (facts(gateway=authorizer(identity_source="$request.header.X")), "identity-source", "authorizer", False),
        (facts(gateway=gateway(stage=GONE)), "stage", "stage", False),
        (facts(gateway=route(authorization_type="NONE")), "route-open", "route", False),
    ],
)
def test_what_a_profile_made_its_steps_repair(case: Any, finding: str, step: str, token: bool) -> None:
    fix = diagnose(replace(case, known_gates=OWN, provisioned_by="own")).finding(finding).fix
    assert (fix.step_id, fix.new_token) == (step, token)
    assert fix.can_be_applied
    of_others = diagnose(case).finding(finding).fix
    assert (of_others.step_id, of_others.new_token, of_others.can_be_applied) == ("", False, False)


def test_what_follows_from_another_finding_names_it() -> None:
    found = diagnose(facts(HS256))
    assert [(finding.id, finding.because) for finding in found.findings] == [("algorithm", ""), ("kid", "algorithm")]
    foreign_key = diagnose(facts(sign(claims(OTHER), kid="k9"), fusionauth=UNASKED))
    assert foreign_key.deciding is not None
    assert foreign_key.root is not None
    assert (foreign_key.deciding.id, foreign_key.root.id) == ("kid", "issuer")
    assert foreign_key.headline.startswith(f"The authorizer expects “{ISSUER}” and the token says “{OTHER}”")


def test_all_failing_checks_are_there_in_the_gateways_order() -> None:
    token = sign(claims(SLASH, exp=NOW - 1, aud="x", scope=None))
    found = diagnose(facts(token, gateway=replace(authorizer(), route=replace(ROUTE, scopes=("a",)))))
    assert [finding.id for finding in found.findings] == ["issuer", "audience", "exp", "scopes"]
    assert found.headline.endswith("a trailing slash. 3 more things are wrong.")


def test_a_route_that_is_not_guarded_by_jwt_is_not_held_against_the_token() -> None:
    found = diagnose(facts(sign(claims(OTHER)), gateway=route(authorization_type="AWS_IAM")))
    assert [finding.id for finding in found.findings] == ["route-iam"]
    assert found.verdict is None
    assert "never runs" in found.headline


def test_one_change_is_told_exactly_and_as_a_command_without_a_secret() -> None:
    fix = diagnose(facts(gateway=authorizer(SLASH))).finding("issuer").fix
    assert fix.change is not None
    assert (fix.change.name, fix.change.old, fix.change.new) == ("issuer", SLASH, ISSUER)
    assert fix.command == (
        "aws apigatewayv2 update-authorizer --cli-input-json "
        '\'{"ApiId": "abc123", "AuthorizerId": "auth1", "JwtConfiguration": '
        f'{{"Issuer": "{ISSUER}", "Audience": ["{AUDIENCE}"]}}}}\' --region eu-central-1'
    )


def test_only_the_audience_that_is_meant_is_changed() -> None:
    fix = diagnose(facts(gateway=authorizer(audience=("other", AUDIENCE[:-1])))).finding("audience").fix
    assert f'"Audience": ["other", "{AUDIENCE}"]' in fix.command


def test_a_hostile_value_stays_one_word_of_a_command() -> None:
    hostile = "https://x/'; touch /tmp/x; '$(id)"
    case = facts(sign(claims(hostile)), gateway=authorizer(OTHER), fusionauth=UNASKED, issuer=UNASKED)
    command = diagnose(case).finding("issuer").fix.command
    assert "'\"'\"'; touch" in command


@pytest.mark.parametrize(
    ("changed", "healthy"),
    [
        ({}, True),
        ({"gateway": gateway(api=UNASKED)}, None),
        ({"issuer": UNASKED}, None),
        ({"issuer": UNASKED, "with_token": answer(200, "{}")}, True),
        ({"gateway": ALONE["gateway"], "with_token": answer(200, "{}")}, True),
        ({"token": None}, None),
        ({"gateway": authorizer(SLASH)}, False),
        ({"with_token": refusal("the token has expired")}, False),
        ({"with_token": answer(500, SERVER_ERROR)}, False),
    ],
)
def test_healthy_means_checked_or_shown_by_the_gateway_itself(changed: dict[str, Any], healthy: bool | None) -> None:
    assert diagnose(facts(**changed)).healthy is healthy


def test_what_is_missing_says_what_would_let_it_be_checked() -> None:
    found = diagnose(facts(None, **ALONE))
    told = {missing.what: missing.needs for missing in found.not_checked}
    assert told["the API, the stage, the route and the authorizer"] == "AWS credentials"
    assert "the token" in told
    assert found.verdict is None


def test_a_token_alone_is_checked_as_far_as_it_goes() -> None:
    found = diagnose(facts(sign(claims(ISSUER, exp=NOW - 1)), **ALONE))
    assert [finding.id for finding in found.findings] == ["exp"]
    assert found.verdict is not None
    assert found.verdict.check("issuer").outcome == "unknown"


def test_an_answer_that_was_predicted_is_compared_and_adds_nothing() -> None:
    found = diagnose(facts(gateway=authorizer(SLASH), with_token=refusal("issuer does not match")))
    assert [finding.id for finding in found.findings] == ["issuer"]
    assert found.comparison is not None
    assert found.comparison.as_predicted is True
    assert not found.surprises


def test_an_answer_that_was_not_predicted_is_said_and_worth_recording() -> None:
    found = diagnose(facts(gateway=authorizer(SLASH), with_token=answer(200, "{}")))
    assert found.surprises
    assert "record it" in found.headline
    assert found.healthy is False


def test_the_function_is_told_from_the_gateway() -> None:
    found = diagnose(facts(with_token=answer(403, '{"reason":"no role"}')))
    assert [(finding.id, finding.culprit) for finding in found.findings] == [("function", Culprit.FUNCTION)]


def test_an_answer_alone_is_read_backwards_and_says_how_sure_it_is() -> None:
    certain = diagnose(refused("the token does not have a valid audience")).finding("audience")
    assert (certain.certain, certain.weight) == (True, Weight.REFUSES)
    assert not diagnose(captured(401, apigw_requestid="x")).finding("route-custom").certain  # a proxy may have cut it
    unsure = diagnose(facts(None, **ALONE, with_token=answer(500, SERVER_ERROR)))
    assert [(finding.id, finding.certain) for finding in unsure.findings] == [
        ("permission", False),
        ("function", False),
        ("response-shape", False),
    ]
    assert unsure.headline.startswith("Likely: ")


def test_what_the_configuration_refutes_is_not_guessed() -> None:
    found = diagnose(facts(with_token=answer(500, SERVER_ERROR)))
    assert [finding.id for finding in found.findings] == ["function", "response-shape"]


def test_the_gateways_clock_counts_and_not_ours() -> None:
    late = answer(200, "{}", date="Fri, 15 Jan 2027 07:00:00 GMT")
    found = diagnose(facts(sign(claims(ISSUER, exp=NOW - 60, iat=NOW - 7200)), with_token=late, answered_at=float(NOW)))
    assert found.verdict is not None
    assert found.verdict.accepted is True
    assert [finding.id for finding in found.findings] == ["clock"]


def test_discovery_that_only_aws_cannot_read_is_told_apart() -> None:
    words = "OIDC discovery endpoint communication error"
    found = diagnose(facts(issuer=Missing("not asked", "consent"), with_token=refusal(words)))
    assert found.finding("discovery").kind in ("from AWS only", "answer")


@pytest.mark.parametrize(
    ("without", "finding"),
    [
        (answer(404, '{"message":"Not Found"}'), "route"),
        (answer(403, '{"message":"Forbidden"}'), "domain-mapping"),
        (answer(200, "{}"), "route-open"),
    ],
)
def test_an_address_alone_is_asked_without_a_token_and_tells_what_answers(without: Any, finding: str) -> None:
    found = diagnose(facts(None, **ALONE, without=without))
    assert found.answered is not None
    assert finding in [each.id for each in found.findings]


def test_a_guarded_address_alone_is_as_it_should_be() -> None:
    found = diagnose(facts(None, **ALONE, without=refusal("")))
    assert (found.findings, found.healthy) == ((), None)
    assert found.headline == "The gateway asks for a token, as it should: give one to check it."


def test_what_a_finding_explains_is_not_told_as_unchecked_besides() -> None:
    no_route = gateway(route=replace(ROUTE, route_key=""), authorizer=Missing("no route matches"))
    assert [missing.what for missing in diagnose(facts(gateway=no_route)).not_checked] == ["the gateway's answer"]
    assert diagnose(facts(gateway=gateway(api=GONE, stage=UNASKED, route=UNASKED))).not_checked[0].what != "the stage"


def test_words_of_the_gateway_and_a_token_together_name_the_tokens_value() -> None:
    found = diagnose(facts(sign(claims(SLASH)), **ALONE, with_token=refusal("issuer does not match"))).finding("issuer")
    assert (found.kind, found.actual) == ("answer", SLASH)
    assert f"“{SLASH}”" in found.fix.sentence
    nobody = facts(
        sign(claims(ISSUER, aud=None)), **ALONE, with_token=refusal("the token does not have a valid audience")
    )
    assert "Register the user" in diagnose(nobody).finding("audience").fix.sentence


def test_a_closed_tunnel_is_told_from_an_issuer_that_does_not_answer() -> None:
    closed = failing(Source.DISCOVERY, "status 404", status=404)
    assert diagnose(closed).finding("discovery").culprit is Culprit.ISSUER
    own = diagnose(replace(closed, known_gates=OWN, provisioned_by="own")).finding("discovery")
    assert (own.culprit, own.fix.step_id) == (Culprit.TUNNEL, "tunnel")


def test_an_unusual_place_is_told_even_where_the_token_was_accepted_there() -> None:
    elsewhere = authorizer(identity_source="$request.header.X-Token")
    found = diagnose(facts(gateway=elsewhere, with_token=answer(200, "{}")))
    assert (found.finding("identity-source").weight, found.healthy) == (Weight.WARNS, True)
    sent = Presented(Secret(sign(claims(ISSUER))), "the curl command", place="$request.header.x-token")
    assert diagnose(facts(intake=Intake(url=URL, presented=sent), gateway=elsewhere)).findings == ()


def test_several_values_are_quoted_as_they_stand_and_the_nearest_pair_is_compared() -> None:
    case = facts(sign(claims(ISSUER, aud=["one", AUDIENCE])), gateway=authorizer(audience=("x", AUDIENCE + "/")))
    found = diagnose(case).finding("audience")
    assert (found.expected, found.actual) == (f'["x", "{AUDIENCE}/"]', f'["one", "{AUDIENCE}"]')
    assert found.difference is not None
    assert (found.difference.expected, found.difference.actual) == (AUDIENCE + "/", AUDIENCE)


def test_another_providers_gate_is_not_held_against_the_tenant_that_was_looked_at() -> None:
    other = replace(FUSIONAUTH, signing_kid="other", user_registered=False)
    found = diagnose(foreign(AUTH0, fusionauth=other))
    assert (found.findings, found.banners) == ((), ())


def test_an_older_answer_that_differs_is_not_taken_for_the_gateways_surprise() -> None:
    header = ("www-authenticate", 'Bearer error="invalid_token" error_description="the token has expired"')
    old = CapturedAnswer(401, (header, ("apigw-requestid", "x")), '{"message":"Unauthorized"}')
    found = diagnose(facts(intake=replace(facts().intake, captured=old), gateway=authorizer(SLASH)))
    assert "may have changed since" in found.headline
    assert "record it" not in found.headline
