"""`gatelight profile`: which profiles there are, what they say and where they live."""

import click
import msgspec

from services.profile.paths import state_folder
from services.profile.store import load_profile, profile_names, profile_path
from tui.commands.options import json_option
from tui.commands.output import Output
from tui.safe import harmless, harmless_lines
from tui.wiring import DEFAULT_PROFILE


@click.group()
def profile() -> None:
    """List, show and locate profiles."""


@profile.command("list")
@json_option
def list_profiles(as_json: bool) -> int:
    """List the profiles: the built-in one, then your own."""
    output = Output(as_json)
    names = profile_names()
    output.document([{"name": name, "built_in": _is_built_in(name)} for name in names])
    for name in names:
        output.line(f"{name}{'  (built in)' if _is_built_in(name) else ''}")
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
    output.talk(f"Records are kept in {records}")
    return 0


def _is_built_in(name: str) -> bool:
    """Whether the profile of that name is the built-in one, with no file of the person's in its place."""
    return name == DEFAULT_PROFILE and not profile_path(name).exists()


def _toml(content: dict[str, object]) -> str:
    import tomlkit

    return tomlkit.dumps(content)
