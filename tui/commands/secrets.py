"""`gatelight secrets`: where each secret lives, keeping one in the keyring, and removing them from there."""

import sys
from collections.abc import Iterable

import click

from services.errors import ConfigurationError
from services.profile.secrets import FACTS, Place, SecretName, SecretStore, Whereabouts, usable
from services.profile.store import load_profile, profile_names, profile_path
from services.profile.vault import Vault
from services.redact import Secret
from tui.commands.options import ask, json_option
from tui.commands.output import Output
from tui.safe import harmless

_ONE_LINE = 4_000  # characters read from standard input


@click.group(invoke_without_command=True)
@click.option("--profile", "profile_name", metavar="NAME", help="Only this profile; otherwise all.")
@json_option
@click.pass_context
def secrets(context: click.Context, profile_name: str | None, as_json: bool) -> int:
    """Show where each secret lives (never the secret), keep one in the keyring, or remove them from it."""
    if context.invoked_subcommand is not None:
        if profile_name or as_json:
            raise click.UsageError(f"Put the options after “{context.invoked_subcommand}”.")
        return 0
    output, vault = Output(as_json), Vault()
    rows = [row for name in ([profile_name] if profile_name else profile_names()) for row in _rows(name, vault)]
    output.document(
        {
            "keyring": {"name": vault.title or None, "obstacle": vault.obstacle or None},
            "secrets": [
                {
                    "profile": profile,
                    "name": name.value,
                    "title": FACTS[name].title,
                    "place": place.place.value,
                    "detail": place.detail or None,
                }
                for profile, name, place in rows
            ],
        }
    )
    output.line(_about(vault))
    shown = ""
    for profile, name, place in rows:
        if profile != shown:
            output.line(f"\n{profile}")
            shown = profile
        output.line(f"  {name.value:16} {harmless(place.sentence, 300)}")
    return 0


@secrets.command("set")
@click.argument("name", type=click.Choice([name.value for name in SecretName]))
@click.option("--profile", "profile_name", required=True, metavar="NAME", help="The live profile it belongs to.")
def set_secret(name: str, profile_name: str) -> int:
    """Keep a secret in the keyring. It is asked for, or read from standard input; it is never an argument."""
    output, secret_name = Output(), SecretName(name)
    if load_profile(profile_name).profile.target != "live":
        raise ConfigurationError(
            f'The profile "{profile_name}" is a sandbox, which makes its own secrets.', "Choose a live one: --profile."
        )
    store = SecretStore(profile_name)
    if store.vault.obstacle:
        raise ConfigurationError(
            f"Nothing can be kept: {store.vault.obstacle}.",
            f"Set {FACTS[secret_name].variable} in the environment, or type it when it is asked for.",
        )
    store.keep(secret_name, usable(secret_name, _given(FACTS[secret_name].title)))
    output.talk(f"Kept in {harmless(store.vault.title)}.")
    _, place = store.find(secret_name)
    if place.place is Place.ENVIRONMENT:
        output.talk(f"{place.detail} is set and comes first: unset it to use what is kept.")
    return 0


@secrets.command()
@click.option("--profile", "profile_name", metavar="NAME", help="Only this profile's; otherwise every profile's.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def purge(profile_name: str | None, yes: bool, as_json: bool) -> int:
    """Remove from the keyring what Gatelight keeps there; asks first. Environment and ngrok's files are left alone."""
    output, vault = Output(as_json), Vault()
    if vault.obstacle:
        raise ConfigurationError(f"Nothing can be removed: {vault.obstacle}.", "Gatelight keeps secrets nowhere else.")
    stores = [SecretStore(name, vault) for name in _checked(profile_name)]
    going = [(store, name) for store in stores for name in store.kept()]
    if not going:
        output.talk(f"{harmless(vault.title)} holds nothing of Gatelight's here.")
    elif not yes:
        _confirm(output, vault, going)
    for store, name in going:
        store.forget(name)
        output.line(f"✔ removed: {name.value} of {store.profile}")
    output.document({"removed": [{"profile": store.profile, "name": name.value} for store, name in going]})
    return 0


def _rows(profile_name: str, vault: Vault) -> Iterable[tuple[str, SecretName, Whereabouts]]:
    is_live = load_profile(profile_name).profile.target == "live"
    store = SecretStore(profile_name, vault)
    for name in SecretName:
        if is_live:
            yield profile_name, name, store.find(name)[1]
        elif name is not SecretName.AUTHTOKEN:
            yield profile_name, name, Whereabouts(Place.SANDBOX)


def _about(vault: Vault) -> str:
    if vault.obstacle:
        return f"Keyring: none ({harmless(vault.obstacle, 300)}): what is typed stays in memory alone."
    return f"Keyring: {harmless(vault.title)}"


def _given(title: str) -> Secret:
    if sys.stdin.isatty():
        return Secret(ask(title))
    return Secret(sys.stdin.read(_ONE_LINE).removesuffix("\n").removesuffix("\r"))


def _checked(profile_name: str | None) -> list[str]:
    """The profiles to look at; one whose file is gone may still have secrets."""
    if profile_name is None:
        return profile_names()
    profile_path(profile_name)
    return [profile_name]


def _confirm(output: Output, vault: Vault, going: list[tuple[SecretStore, SecretName]]) -> None:
    if not sys.stdin.isatty():
        raise ConfigurationError("Nobody is there to confirm the removal.", "Add --yes if it is meant.")
    output.talk(f"This removes from {harmless(vault.title)}:")
    for store, name in going:
        output.talk(f"  {name.value} of {store.profile}")
    click.confirm("Go on?", abort=True, err=True)
