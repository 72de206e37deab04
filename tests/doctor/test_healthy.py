"""What is unusual and right is let through, and nothing is held against it."""

from contextlib import ExitStack

import pytest

from services.cancel import Cancellation
from services.diagnosis.asking import Consent
from services.diagnosis.diagnose import diagnose
from services.diagnosis.diagnosis import Diagnosis
from services.diagnosis.intake import Intake, Presented
from services.redact import Secret
from tests.doctor.gate import Gate, told
from tests.doctor.healthy import HEALTHY, PROVIDERS, Healthy, Provider, provider_gate


@pytest.mark.parametrize("case", HEALTHY, ids=lambda case: case.id)
def test_nothing_is_held_against_a_sound_gate(gate: Gate, case: Healthy) -> None:
    with ExitStack() as undone:
        for unusual in case.breaks:
            undone.callback(unusual(gate))
        presented = case.presented(gate)
        url = gate.facts["api_endpoint"] + (case.path or "/privateFunction")
        if case.query:
            answer = gate.call(None, f"{url}?{case.query}={presented}", case.method)
        else:
            answer = gate.call(presented, url, case.method)
        assert answer.status_code == 200, answer.headers.get("www-authenticate")
        place = f"$request.querystring.{case.query}" if case.query else ""
        sound(gate.diagnosis(presented, url, case.method, place))


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.id)
def test_other_providers_tokens_are_as_good(gate: Gate, provider: Provider) -> None:
    with provider_gate(gate, provider) as presented:
        answer = gate.call(presented)
        assert answer.status_code == 200, answer.headers.get("www-authenticate")
        sound(gate.strangers_diagnosis(presented))


def test_a_custom_domain_leads_to_the_same_gate(gate: Gate) -> None:
    """The domain's name leads nowhere here: the gateway is called by its own address, and the doctor calls nobody."""
    presented, name = f"Bearer {gate.token()}", f"{gate.bench.name}.example.com"
    certificate = "arn:aws:acm:us-east-1:000000000000:certificate/x"
    gate.aws.create_domain_name(DomainName=name, DomainNameConfigurations=[{"CertificateArn": certificate}])
    try:
        gate.aws.create_api_mapping(
            DomainName=name, ApiId=gate.facts["api_id"], Stage="$default", ApiMappingKey="shop/v1"
        )
        assert gate.call(presented).status_code == 200
        value = Presented(Secret(presented), "a test")
        intake = Intake(url=f"https://{name}/shop/v1/privateFunction", presented=value)
        sound(diagnose(gate.workbench.examine(intake, Cancellation(), consent=Consent(call=False))))
    finally:
        gate.aws.delete_domain_name(DomainName=name)


def sound(diagnosis: Diagnosis) -> None:
    """Nothing is wrong, nothing is warned of, and it is no odd kind of token."""
    assert told(diagnosis) == []
    assert diagnosis.banners == ()
    assert diagnosis.healthy is True
