"""The doctor's rounds against a sandbox: everything is found out, nothing is changed, and what is missing says why."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.aws.session import AwsClients
from services.cancel import Cancellation
from services.diagnosis.asking import Access, Consent
from services.diagnosis.diagnose import diagnose
from services.diagnosis.doctor import examine
from services.diagnosis.facts import (
    ApiFacts,
    AuthorizerFacts,
    CaseFacts,
    FusionAuthFacts,
    IntegrationFacts,
    IssuerFacts,
    KnownGate,
    Missing,
    PermissionFacts,
    RouteFacts,
    StageFacts,
)
from services.diagnosis.fusionauth_probe import Behind, behind
from services.diagnosis.intake import Intake, Presented
from services.diagnosis.issuer_probe import Reach
from services.diagnosis.known_gates import all_gates
from services.errors import Interrupted
from services.fusionauth.client import FusionAuth
from services.gateway.call import Answer
from services.gateway.rules import JwtAuthorizer
from services.http import HttpClient
from services.redact import Redactor, Secret
from services.sandbox.launch import SandboxProcess
from services.workbench import Workbench
from tests.benches import Bench, up


@pytest.fixture(scope="module")
def bench(session_sandbox: SandboxProcess) -> Iterator[Bench]:
    bench = Bench(session_sandbox.record)
    yield bench
    bench.end()


@pytest.fixture(scope="module")
def gate(bench: Bench) -> Workbench:
    """A gate that is right in every place."""
    workbench = bench.workbench()
    up(workbench)
    return workbench


@pytest.fixture(scope="module")
def token(gate: Workbench) -> Presented:
    return Presented(Secret(f"Bearer {gate.get_token(Cancellation()).secret.reveal()}"), "the Login API")


@pytest.fixture
def facts(gate: Workbench) -> dict[str, str]:
    return gate._to.ledger.facts


def stranger(bench: Bench, *, aws: bool = True) -> Access:
    """Somebody who set nothing up with Gatelight, with or without AWS credentials."""
    there = bench.record.endpoints.aws
    redactor = Redactor()
    clients = AwsClients(
        redactor,
        region=there.region,
        endpoint_url=there.endpoint_url,
        access_key_id=there.access_key_id,
        secret_access_key=Secret(there.secret_access_key),
    )
    return Access(redactor, HttpClient(redactor), clients if aws else None, reach=Reach(is_sandbox=True))


def look(access: Access, intake: Intake, **options: Any) -> CaseFacts:
    return examine(intake, access, Cancellation(), **options)


def test_a_profile_s_gate_is_found_out_whole(gate: Workbench, token: Presented, facts: dict[str, str]) -> None:
    found = gate.examine(Intake(presented=token), Cancellation())

    gateway = found.gateway
    assert isinstance(gateway.api, ApiFacts)
    assert (gateway.api.api_id, gateway.api.endpoint) == (facts["api_id"], facts["api_endpoint"])
    assert gateway.stage == StageFacts("$default", deployed=True, auto_deploy=True)
    assert isinstance(gateway.route, RouteFacts)
    assert (gateway.route.route_key, gateway.route.authorization_type) == ("ANY /privateFunction", "JWT")
    assert gateway.route.catches_preflight
    assert isinstance(gateway.authorizer, AuthorizerFacts)
    assert gateway.authorizer.jwt == JwtAuthorizer(facts["issuer"], (facts["application_id"],))
    assert isinstance(gateway.integration, IntegrationFacts)
    assert (gateway.integration.payload_format_version, gateway.integration.function_exists) == ("2.0", True)
    assert isinstance(gateway.permission, PermissionFacts)
    assert gateway.permission.allowed
    assert gateway.permission.statements == (
        f"arn:aws:execute-api:us-east-1:000000000000:{facts['api_id']}/*/*/privateFunction",
    )
    assert isinstance(found.issuer, IssuerFacts)
    assert found.issuer.keys.failure is None
    assert facts["access_token_key_kid"] in found.issuer.keys.by_kid
    assert isinstance(found.fusionauth, FusionAuthFacts)
    assert found.fusionauth.tenant_issuer == facts["issuer"]
    assert (found.fusionauth.signing_algorithm, found.fusionauth.signing_kid) == (
        "RS256",
        facts["access_token_key_kid"],
    )
    assert (found.fusionauth.user_registered, found.fusionauth.application_active) == (True, True)
    assert found.fusionauth.not_read == ()
    assert isinstance(found.without, Answer)
    assert isinstance(found.with_token, Answer)
    assert (found.without.status, found.with_token.status) == (401, 200)
    assert found.provisioned_by == gate._to.name
    assert found.known_gates[0].issuer == facts["issuer"]
    assert diagnose(found).healthy


def test_the_rounds_change_nothing(gate: Workbench, token: Presented, bench: Bench) -> None:
    before = bench.world()
    gate.examine(Intake(presented=token), Cancellation(), consent=Consent(fetch=True))

    assert bench.world() == before


def test_an_invoke_url_alone_leads_to_the_whole_gate(
    bench: Bench, token: Presented, gate: Workbench, facts: dict[str, str]
) -> None:
    found = look(stranger(bench), Intake(url=facts["invoke_url"], presented=token))

    assert diagnose(found).healthy
    assert isinstance(found.gateway.permission, PermissionFacts)
    assert isinstance(found.issuer, IssuerFacts)
    assert isinstance(found.fusionauth, Missing)
    assert found.provisioned_by == ""


def test_an_api_s_id_alone_leads_to_its_only_route(
    bench: Bench, token: Presented, gate: Workbench, facts: dict[str, str]
) -> None:
    found = look(stranger(bench), Intake(api_id=facts["api_id"], presented=token))

    assert found.intake.url == facts["invoke_url"]
    assert isinstance(found.with_token, Answer)
    assert found.with_token.status == 200
    assert diagnose(found).healthy


def test_without_aws_the_answer_is_there_and_the_rest_says_what_it_needs(
    bench: Bench, token: Presented, gate: Workbench, facts: dict[str, str]
) -> None:
    found = look(stranger(bench, aws=False), Intake(url=facts["invoke_url"], presented=token))

    for fact in (found.gateway.api, found.gateway.stage, found.gateway.route, found.gateway.authorizer):
        assert isinstance(fact, Missing)
        assert "AWS credentials" in fact.needs
    assert isinstance(found.with_token, Answer)
    assert isinstance(found.issuer, Missing)


def test_aws_credentials_that_are_not_accepted_are_facts(
    bench: Bench, token: Presented, gate: Workbench, facts: dict[str, str]
) -> None:
    there = bench.record.endpoints.aws
    redactor = Redactor()
    bad = AwsClients(
        redactor,
        region=there.region,
        endpoint_url=there.endpoint_url,
        access_key_id="AKIANOBODY",
        secret_access_key=Secret("wrong-secret-key"),
    )
    found = look(replace(stranger(bench), aws=bad), Intake(url=facts["invoke_url"], presented=token))

    assert isinstance(found.gateway.api, Missing)
    assert "does not accept the credentials" in found.gateway.api.reason
    assert "sign in" in found.gateway.api.needs
    assert isinstance(found.without, Answer)


def test_a_described_authorizer_s_issuer_is_asked(bench: Bench, token: Presented, facts: dict[str, str]) -> None:
    described = JwtAuthorizer(facts["issuer"], (facts["application_id"],))
    found = look(stranger(bench, aws=False), Intake(presented=token, described=described))

    assert isinstance(found.issuer, IssuerFacts)
    assert found.issuer.keys.failure is None
    assert isinstance(found.with_token, Missing)


def test_an_issuer_that_only_the_token_names_is_not_asked_without_consent(bench: Bench) -> None:
    from tests.gateway.signing import claims, sign

    token = Presented(Secret(sign(claims("https://issuer.invalid"))), "x")
    unasked = look(stranger(bench, aws=False), Intake(presented=token))
    asked = look(stranger(bench, aws=False), Intake(presented=token), consent=Consent(fetch=True))

    assert isinstance(unasked.issuer, Missing)
    assert "--allow-fetch" in unasked.issuer.needs
    assert "https://issuer.invalid/.well-known/openid-configuration" in unasked.issuer.needs
    assert isinstance(asked.issuer, IssuerFacts)
    assert asked.issuer.keys.failure is not None
    assert "host name is not known" in asked.issuer.keys.failure.detail


def test_a_request_without_a_token_is_that_request(bench: Bench, gate: Workbench, facts: dict[str, str]) -> None:
    nothing = Presented(Secret(""), "the curl command", place="$request.header.Authorization")
    found = look(stranger(bench), Intake(url=facts["invoke_url"], presented=nothing))

    assert isinstance(found.with_token, Answer)
    assert found.with_token.status == 401
    assert not diagnose(found).healthy


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_request_that_may_change_something_is_not_repeated(
    bench: Bench, token: Presented, gate: Workbench, facts: dict[str, str], method: str
) -> None:
    found = look(stranger(bench), Intake(url=facts["invoke_url"], method=method, presented=token))

    assert isinstance(found.with_token, Missing)
    assert "may change something" in found.with_token.reason
    assert isinstance(found.gateway.route, RouteFacts)
    assert found.gateway.route.route_key == "ANY /privateFunction"


def test_not_even_a_request_that_slipped_through_is_sent(
    bench: Bench, token: Presented, gate: Workbench, facts: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.diagnosis.gateway_calls._SENT_METHODS", frozenset(("GET", "DELETE")))
    found = look(stranger(bench), Intake(url=facts["invoke_url"], method="DELETE", presented=token))

    for answer in (found.without, found.with_token):
        assert isinstance(answer, Missing)
        assert "everything is read-only here" in answer.reason


def test_an_api_that_is_not_there_is_gone(bench: Bench, gate: Workbench, facts: dict[str, str]) -> None:
    found = look(stranger(bench), Intake(url=facts["invoke_url"].replace(facts["api_id"], "nothere123")))

    assert isinstance(found.gateway.api, Missing)
    assert found.gateway.api.gone
    assert diagnose(found).deciding is not None


def test_a_path_without_a_route_has_none(bench: Bench, gate: Workbench, facts: dict[str, str]) -> None:
    found = look(stranger(bench), Intake(url=facts["invoke_url"] + "s"))

    assert isinstance(found.gateway.route, RouteFacts)
    assert found.gateway.route.route_key == ""
    assert found.gateway.route.others == ("ANY /privateFunction",)


def test_cancelling_ends_the_rounds_at_once(gate: Workbench) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(Interrupted):
        gate.examine(Intake(), cancellation)


def test_what_takes_too_long_is_missing(bench: Bench, gate: Workbench, facts: dict[str, str]) -> None:
    found = look(stranger(bench), Intake(url=facts["invoke_url"]), seconds=0.0)

    assert isinstance(found.gateway.api, Missing)
    assert "did not answer within" in found.gateway.api.reason


def test_the_token_is_nowhere_in_what_may_be_shown(
    gate: Workbench, bench: Bench, token: Presented, facts: dict[str, str]
) -> None:
    access = stranger(bench)
    found = look(access, Intake(url=facts["invoke_url"], presented=token))
    signature = token.value.reveal().rpartition(".")[2]

    assert signature not in repr(found)
    assert signature not in access.redactor.mask(f"a text with {token.value.reveal()} in it")


def test_what_an_api_key_may_not_read_is_missing_alone(
    gate: Workbench, bench: Bench, token: Presented, facts: dict[str, str]
) -> None:
    endpoints = {"/api/tenant": ["GET"], "/api/application": ["GET"]}
    made = bench.fusionauth("POST", "/api/api-key", {"apiKey": {"permissions": {"endpoints": endpoints}}}).json()
    access = replace(gate._access, fusionauth=_fusionauth(gate, made["apiKey"]["key"]))
    found = look(access, Intake(url=facts["invoke_url"], presented=token)).fusionauth
    nobody = replace(gate._access, fusionauth=_fusionauth(gate, "not-a-key"))
    nothing = look(nobody, Intake(url=facts["invoke_url"], presented=token)).fusionauth

    assert isinstance(found, FusionAuthFacts)
    assert (found.tenant_issuer, found.jwt_enabled, found.user_registered) == (facts["issuer"], True, None)
    needs = dict(found.not_read)
    assert needs.keys() == {"the version", "the user's registration", "the signing key"}
    assert needs["the signing key"].needs.startswith("an API key that may call GET /api/key/")
    assert isinstance(nothing, Missing)
    assert "an API key that may call" in nothing.needs


def _fusionauth(gate: Workbench, key: str) -> FusionAuth:
    to = gate._to
    return FusionAuth(to.http, to.fusionauth.url, Secret(key), to.redactor)


def test_only_ids_of_fusionauth_s_own_tokens_are_looked_up() -> None:
    recorded = {"tenant_id": "t", "application_id": "a", "user_id": "u", "access_token_key_id": "k"}
    one, two = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"

    assert behind({}, recorded) == Behind("t", "a", "u", "k")
    assert behind({"sub": one, "oid": one}, recorded) == Behind("t", "a", "u", "k")
    assert behind({"tid": "../../api/user", "sub": f"{one}/../x"}, recorded) == Behind("t", "a", "u", "k")
    assert behind({"tid": one, "aud": two, "sub": two}, recorded) == Behind(one, two, two, "k")
    assert behind({"tid": one, "aud": [two], "sub": two}, {}) == Behind(one, "", two, "")


def test_a_token_is_sent_where_the_authorizer_looks_for_it(
    bench: Bench, token: Presented, gate: Workbench, facts: dict[str, str]
) -> None:
    client = bench.client("apigatewayv2")
    place = {"ApiId": facts["api_id"], "AuthorizerId": facts["authorizer_id"]}
    bare = token.value.reveal().removeprefix("Bearer ")
    url = facts["invoke_url"]
    client.update_authorizer(**place, IdentitySource=["$request.querystring.access_token"])
    try:
        alone = look(stranger(bench), Intake(url=url, presented=Presented(Secret(bare), "x")))
        in_header = look(
            stranger(bench), Intake(url=url, presented=replace(token, place="$request.header.Authorization"))
        )
        both = Intake(
            url=f"{url}?a=1&access_token={bare}",
            presented=Presented(Secret("Bearer other"), "x", place="$request.header.Authorization"),
        )
        found = look(stranger(bench), both)
    finally:
        client.update_authorizer(**place, IdentitySource=["$request.header.Authorization"])

    def statuses(case: CaseFacts) -> tuple[int, int]:
        assert isinstance(case.without, Answer)
        assert isinstance(case.with_token, Answer)
        return case.without.status, case.with_token.status

    assert statuses(alone) == (401, 200)
    assert statuses(in_header) == (401, 401)
    assert statuses(found) == (401, 200)
    assert found.intake.presented is not None
    assert found.intake.presented.value == Secret(bare)


def test_an_api_that_answers_is_not_gone_although_these_credentials_do_not_see_it(
    bench: Bench, token: Presented, gate: Workbench, facts: dict[str, str]
) -> None:
    found = look(stranger(bench), Intake(url=facts["invoke_url"], api_id="nothere123", presented=token))

    assert isinstance(found.gateway.api, Missing)
    assert not found.gateway.api.gone
    assert "not in the account" in found.gateway.api.reason


def test_other_profiles_gates_come_from_their_ledgers(tmp_path: Path) -> None:
    records = {"issuer": {"facts": {"issuer": "https://b.example"}}, "app": {"facts": {"application_id": "app-b"}}}
    (tmp_path / "b.json").write_text(json.dumps({"profile": "b", "records": records}))
    (tmp_path / "c.json").write_text("{")
    (tmp_path / "d.json").write_text('{"records": []}')
    (tmp_path / "e.json").write_text('{"records": {}}')
    own = {"issuer": "https://a.example", "application_id": "app-a", "access_token_key_kid": "kid-a"}

    assert all_gates("a", own, tmp_path) == (
        KnownGate("a", "https://a.example", "app-a", ("kid-a",)),
        KnownGate("b", "https://b.example", "app-b"),
    )
    same = {"issuer": "https://b.example", "application_id": "app-b"}
    assert all_gates("b@sandbox", same, tmp_path) == (KnownGate("b@sandbox", "https://b.example", "app-b"),)
    assert all_gates("a", {}, tmp_path / "absent") == ()
