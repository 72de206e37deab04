"""A profile that cannot be used says which file, which key, which value, and what would be right."""

from pathlib import Path

import pytest

from services.errors import ConfigurationError
from services.profile.model import Profile
from services.profile.paths import config_folder
from services.profile.store import load_profile, parse_profile, profile_names


@pytest.fixture
def folder() -> Path:
    found = config_folder() / "profiles"
    found.mkdir()
    return found


def test_without_any_file_there_is_the_sandbox() -> None:
    named = load_profile()
    assert (named.name, named.path, named.profile) == ("sandbox", None, Profile())
    assert profile_names() == ["sandbox"]


def test_a_file_of_ones_own_is_read_and_listed(folder: Path) -> None:
    (folder / "work.toml").write_text('target = "live"\n[fusionauth]\nurl = "https://id.example.com"\n')
    (folder / "Not A Name.toml").write_text("")
    (folder / "sandbox.toml").write_text('[aws]\napi = "mine"\n')
    assert profile_names() == ["sandbox", "work"]
    assert load_profile("work").profile.fusionauth.url == "https://id.example.com"
    assert load_profile("work").path == folder / "work.toml"
    assert load_profile().profile.aws.api == "mine"


@pytest.mark.parametrize(
    ("text", "said", "fix"),
    [
        ('targt = "live"', 'f.toml: has no key "targt"', 'Did you mean "target"?'),
        ('[fusionauth]\nulr = "x"', 'f.toml: [fusionauth] has no key "ulr"', 'Did you mean "url"?'),
        ("[aws]\nzzzzzz = 1", 'f.toml: [aws] has no key "zzzzzz"', "Valid keys: profile, region, api"),
        ("[gcp]\n", 'f.toml: has no key "gcp"', "Valid keys: target, fusionauth, aws"),
        ('target = "prod"', "f.toml: target cannot be 'prod'", 'It is "sandbox" or "live"'),
        ("target = 5", "f.toml: target cannot be 5", 'It is "sandbox" or "live"'),
        ("aws = 5", "f.toml: aws cannot be 5", "Expected `object`"),
        ("[fusionauth]\nurl = 5", "f.toml: fusionauth.url cannot be 5", "without a path"),
        ('[fusionauth]\nurl = "localhost:9011"', "fusionauth.url cannot be 'localhost:9011'", "http://localhost:9011"),
        ('[fusionauth]\nurl = "http://x/"', "fusionauth.url cannot be 'http://x/'", "without a path"),
        ('[fusionauth]\nurl = "http://x\\n"', "fusionauth.url cannot be 'http://x\\n'", "without a path"),
        ('[fusionauth]\npublic_url = "http://x"', "public_url cannot be 'http://x'", "https://"),
        ('[fusionauth]\npublic_url = "https://x/"', "public_url cannot be 'https://x/'", "without a trailing slash"),
        ('[fusionauth]\napplication = ""', "fusionauth.application cannot be ''", "length >= 1"),
        ('[aws]\nregion = "Ireland"', "aws.region cannot be 'Ireland'", "us-east-1"),
        ('[aws]\nfunction = "my function"', "aws.function cannot be 'my function'", "64 letters"),
        ("target = ", "f.toml is not valid TOML", "line"),
        ("a = 1\na = 2", "f.toml is not valid TOML", "line"),
    ],
)
def test_what_is_wrong_is_quoted_with_what_would_be_right(text: str, said: str, fix: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        parse_profile(text, "f.toml")
    assert said in raised.value.message
    assert fix in raised.value.fix
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("url", ["http://me:hunter2@host", "https://host?a=b", "https://host#x"])
def test_an_address_holds_no_credentials_query_or_fragment(url: str) -> None:
    for key in ("url", "public_url"):
        with pytest.raises(ConfigurationError, match=f"fusionauth.{key} cannot be"):
            parse_profile(f'[fusionauth]\n{key} = "{url}"', "f.toml")


def test_a_file_that_is_no_text_is_named_with_the_byte(folder: Path) -> None:
    (folder / "bad.toml").write_bytes(b'target = "\xff"')
    with pytest.raises(ConfigurationError, match=r"bad\.toml is not UTF-8 text: byte 10") as raised:
        load_profile("bad")
    assert str(folder) in raised.value.message


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "odd.toml").mkdir()
    with pytest.raises(ConfigurationError, match=r"odd\.toml cannot be read: Is a directory") as raised:
        load_profile("odd")
    assert "permissions" in raised.value.fix


def test_an_unknown_name_suggests_the_nearest(folder: Path) -> None:
    (folder / "workshop.toml").write_text("")
    with pytest.raises(ConfigurationError, match='no profile "workshp"') as raised:
        load_profile("workshp")
    assert raised.value.fix == 'Did you mean "workshop"? Or make it: gatelight profile create workshp'
    with pytest.raises(ConfigurationError) as raised:
        load_profile("quite-different")
    assert raised.value.fix == "Make it: gatelight profile create quite-different"


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", "a\n", "-a", "x" * 41, "a/b"])
def test_a_name_that_could_leave_the_folder_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be a profile's name"):
        load_profile(name)
