"""docs/doctor.md says what the code says."""

import re
from pathlib import Path

from services.diagnosis.catalogue import BANNERS, FINDINGS, FORMS
from services.diagnosis.providers import Provider, providers

TEXT = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text("utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| `")]


def test_every_finding_and_every_banner_stands_in_the_gateways_order() -> None:
    findings = [
        f"| `{entry.id}` | {entry.meaning} | {', '.join(FORMS.get(entry.id, ()))} | {entry.remedy} |"
        for entry in FINDINGS
    ]
    banners = [f"| `{entry.id}` | {entry.meaning} | {entry.remedy} |" for entry in BANNERS]
    assert ROWS[: len(findings) + len(banners)] == findings + banners


def test_every_provider_and_every_field_of_one_is_told() -> None:
    for provider in providers():
        cells = (provider.issuer_shape, provider.audience_claim, provider.scope_claim, provider.algorithm)
        assert f"| {provider.name} | `{cells[0]}` | {' | '.join(cells[1:])} |" in TEXT
    told = {name for row in ROWS for name in re.findall(r"`([a-z_]+)`", row.split("|")[1])}
    assert set(Provider.__struct_fields__) <= told
