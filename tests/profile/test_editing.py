"""A profile is written whole or not at all, keeps its comments, and never takes the place of another."""

from pathlib import Path

import pytest

from services.errors import ConfigurationError
from services.profile.editing import create_profile, delete_profile, set_value
from services.profile.fields import Surroundings, as_profile, opinions
from services.profile.paths import config_folder, state_folder
from services.profile.store import load_profile
from services.provisioning.ledger import Ledger
from services.provisioning.step import Outcome, Record

TEXT = """# mine
target = "live"   # for real

[fusionauth]
url = "https://id.example.com"  # staging

[aws]
region = "eu-west-1"
"""


@pytest.fixture
def file() -> Path:
    path = config_folder() / "profiles" / "dev.toml"
    path.parent.mkdir(mode=0o700)
    path.write_text(TEXT)
    return path


def test_a_new_profile_is_private_and_holds_what_was_said(tmp_path: Path) -> None:
    values = {"name": "dev", "fusionauth.url": " http://localhost:9011 ", "fusionauth.public_url": "ngrok"}
    values["fusionauth.tenant_id"] = "own"
    path = create_profile("dev", as_profile(values))
    assert path.stat().st_mode & 0o777 == 0o600
    profile = load_profile("dev").profile
    assert (profile.target, profile.fusionauth.url) == ("live", "http://localhost:9011")
    assert (profile.tunnel.provider, profile.fusionauth.public_url) == ("ngrok", "")
    assert (profile.fusionauth.own_tenant, profile.fusionauth.tenant_id) == (True, "")
    before = path.read_text()
    for name in ("dev", "sandbox"):
        with pytest.raises(ConfigurationError, match=f'There is a profile "{name}" already'):
            create_profile(name, {"target": "live"})
    with pytest.raises(ConfigurationError, match=r"aws\.region cannot be 'mars'"):
        create_profile("other", {"aws.region": "mars"})
    assert path.read_text() == before
    assert [one.name for one in path.parent.iterdir()] == ["dev.toml"]


def test_one_value_changes_and_every_comment_stays(file: Path) -> None:
    set_value("dev", "aws.region", "eu-central-1")
    assert file.read_text() == TEXT.replace("eu-west-1", "eu-central-1")
    set_value("dev", "tunnel.provider", "ngrok")
    set_value("dev", "fusionauth.require_registration", "yes")
    assert load_profile("dev").profile.fusionauth.require_registration is True
    assert "# staging" in file.read_text()
    set_value("dev", "aws.region", None)
    set_value("dev", "aws.role", None)
    assert load_profile("dev").profile.aws.region == ""


@pytest.mark.parametrize(
    ("key", "value", "said", "fix"),
    [
        ("aws.region", "mars", "aws.region cannot be 'mars'", "us-east-1"),
        ("aws.regoin", "x", '[aws] has no key "regoin"', 'Did you mean "region"?'),
        ("aws.regoin", None, '[aws] has no key "regoin"', 'Did you mean "region"?'),
        ("gcp.region", "x", 'has no key "gcp"', "Valid keys"),
        ("target.x", "x", '"target" is not a table', "by hand"),
        ("fusionauth.url", "https://me:pw@x", "fusionauth.url cannot be", "without a path"),
        ("fusionauth.require_registration", "perhaps", "require_registration cannot be 'perhaps'", ""),
    ],
)
def test_what_cannot_be_leaves_the_file_as_it_is(file: Path, key: str, value: str | None, said: str, fix: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        set_value("dev", key, value)
    assert said in raised.value.message
    assert fix in raised.value.fix
    assert file.read_text() == TEXT
    assert [one.name for one in file.parent.iterdir()] == ["dev.toml"]


def test_a_link_to_where_the_person_keeps_it_stays_one(file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles" / "dev.toml"
    kept.parent.mkdir()
    file.rename(kept)
    file.symlink_to(kept)
    set_value("dev", "aws.region", "eu-central-1")
    assert file.is_symlink()
    assert "eu-central-1" in kept.read_text()


def test_a_profile_whose_things_still_exist_is_not_deleted(file: Path) -> None:
    folder = state_folder() / "ledgers"
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(folder / "dev.json", "dev")
    ledger.record(Record("role", Outcome.CREATED))
    with pytest.raises(ConfigurationError, match="is still there") as raised:
        delete_profile("dev")
    assert "gatelight down --profile dev" in raised.value.fix
    ledger.forget("role")
    delete_profile("dev")
    assert not file.exists()
    with pytest.raises(ConfigurationError, match="no file of the profile"):
        delete_profile("dev")


AROUND = Surroundings(("sandbox", "dev"), {"default": "us-east-1", "prod": "eu-central-1"}, aws_known=True)


@pytest.mark.parametrize(
    ("key", "value", "kind", "said"),
    [
        ("name", "", "problem", "needed"),
        ("name", "dev", "problem", "already"),
        ("name", "Dev", "problem", "lower-case"),
        ("fusionauth.url", "localhost", "problem", "http://localhost:9011"),
        ("fusionauth.public_url", "", "problem", "AWS cannot read http://localhost:9011"),
        ("fusionauth.public_url", "http://x", "problem", "https://"),
        ("fusionauth.public_url", "ngrok", "remark", "tunnel"),
        ("fusionauth.tenant_id", "default", "problem", "hexadecimal"),
        ("fusionauth.tenant_id", "", "remark", "only tenant"),
        ("fusionauth.tenant_id", "own", "remark", "of its own"),
        ("fusionauth.user_email", "richard", "problem", "e-mail"),
        ("aws.profile", "prd", "problem", "Did you mean “prod”?"),
        ("aws.profile", "", "remark", "default, prod"),
        ("aws.region", "eu-central1", "problem", 'Did you mean "eu-central-1"?'),
        ("aws.region", "eu-cental-1", "doubt", 'Did you mean "eu-central-1"?'),
        ("aws.region", "", "remark", "us-east-1"),
    ],
)
def test_every_field_says_what_is_wrong_or_what_will_be(key: str, value: str, kind: str, said: str) -> None:
    values = {"fusionauth.url": "http://localhost:9011"} | {key: value}
    opinion = opinions(values, AROUND)[key]
    assert said in getattr(opinion, kind)
    assert (kind == "problem") is bool(opinion.problem)
