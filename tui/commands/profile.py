"""`gatelight profile`: which profiles there are, what they say and where they live; making and changing them."""

import json
import sys

import click
import msgspec

from services import log
from services.aws.regions import check_region
from services.errors import ConfigurationError
from services.profile.editing import delete_profile, has_made_something, set_value
from services.profile.overview import glance_at_profiles
from services.profile.paths import state_folder
from services.profile.secrets import SecretStore
from services.profile.store import load_profile, profile_path
from tui.commands.options import json_option
from tui.commands.output import Output
from tui.commands.profile_create import create
from tui.safe import harmless, harmless_lines
from tui.wiring import DEFAULT_PROFILE

_PLACES = ("fusionauth.url", "fusionauth.tenant_id", "aws.profile", "aws.region")  # where a profile's things are


@click.group()
def profile() -> None:
    """List, show and locate profiles; create one, change a value, delete one."""


@profile.command("list")
@json_option
def list_profiles(as_json: bool) -> int:
    """List the profiles: the built-in one, then your own."""
    output = Output(as_json)
    glances = glance_at_profiles()
    output.document(
        [
            {
                "name": one.name,
                "built_in": _is_built_in(one.name),
                "target": one.target or None,
                "problem": one.problem or None,
            }
            for one in glances
        ]
    )
    for one in glances:
        place = "  ".join(part for part in (one.fusionauth, one.aws_profile, one.region) if part)
        remark = "(built in)" if _is_built_in(one.name) else harmless(one.problem or place, 300)
        output.line(f"{one.name:16} {one.target or '✘':8} {remark}".rstrip())
    return 0


@profile.command()
@click.argument("name", default=DEFAULT_PROFILE)
@json_option
def show(name: str, as_json: bool) -> int:
    """Show a profile with every value in force."""
    output = Output(as_json)
    named = load_profile(name)
    output.document({"name": named.name, **msgspec.to_builtins(named.profile)})
    output.line(f"# {harmless(str(named.path)) if named.path else 'built in'}")
    if named.profile.target == "sandbox":
        output.line("# addresses and credentials are those of the sandbox that is running")
    for row in harmless_lines(_toml(msgspec.to_builtins(named.profile))).splitlines():
        output.line(row)
    return 0


@profile.command()
@click.argument("name", default=DEFAULT_PROFILE)
@json_option
def locate(name: str, as_json: bool) -> int:
    """Print where a profile's file lives (or would live), and where its records are kept."""
    output = Output(as_json)
    path, records = profile_path(name), state_folder()
    output.document({"name": name, "path": str(path), "exists": path.exists(), "state_folder": str(records)})
    output.line(str(path))
    output.talk(f"Records are kept in {records}, the log in {records / log.FILE}")
    return 0


profile.add_command(create)


@profile.command("set")
@click.argument("name")
@click.argument("key")
@click.argument("value", required=False)
@click.option("--default", "by_default", is_flag=True, help="Take the key out: its default counts again.")
def set_(name: str, key: str, value: str | None, by_default: bool) -> int:
    """Set one value, like `set dev aws.region eu-central-1`. Comments stay; an unusable value changes nothing."""
    if (value is None) is not by_default:
        raise click.UsageError("Give a value, or --default.")
    remark = check_region(value) if key == "aws.region" and value else ""
    path = set_value(name, key, value)
    named = load_profile(name)
    content = msgspec.to_builtins(named.profile)
    for part in key.split("."):
        content = content[part]
    output = Output()
    output.line(f"{key} = {harmless(json.dumps(content, ensure_ascii=False))}")
    if remark:
        output.talk(f"! {remark}")
    if key in _PLACES and has_made_something(name):
        output.talk(f"! What {name} made stays in the old place: set the old value again to take it back.")
    output.talk(f"{'Written to' if value is not None else 'Taken out of'} {harmless(str(path))}")
    return 0


@profile.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(name: str, yes: bool) -> int:
    """Delete a profile's file and what the keyring holds for it; refuses while something it made still exists."""
    path = profile_path(name)
    if path.exists() and not yes:
        if not sys.stdin.isatty():
            raise ConfigurationError("Nobody is there to confirm it.", "Add --yes if it is meant.")
        click.confirm(f"Delete {path} and the profile's secrets in the keyring?", abort=True, err=True)
    delete_profile(name)
    output, store = Output(), SecretStore(name)
    output.line(f"✔ deleted: {harmless(str(path))}")
    if not store.vault.obstacle:
        for secret in store.kept():
            store.forget(secret)
            output.line(f"✔ removed from the keyring: {secret.value}")
    return 0


def _is_built_in(name: str) -> bool:
    """Whether the profile of that name is the built-in one, with no file of the person's in its place."""
    return name == DEFAULT_PROFILE and not profile_path(name).exists()


def _toml(content: dict[str, object]) -> str:
    import tomlkit

    return tomlkit.dumps(content)
