"""`gatelight profile create`: asks for what a live profile needs, or takes it from options; secrets come last."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from services.errors import ConfigurationError
from services.profile.editing import create_profile
from services.profile.fields import (
    FIELDS,
    OWN,
    TUNNELS,
    Field,
    Opinion,
    Surroundings,
    as_profile,
    opinions,
    surroundings,
)
from services.profile.secrets import FACTS, SecretName, SecretStore
from services.redact import Secret
from tui.commands.options import ask
from tui.commands.output import Output
from tui.safe import harmless

F = TypeVar("F", bound=Callable[..., Any])
_OPTIONS = {
    "fusionauth.url": "--fusionauth-url",
    "fusionauth.public_url": "--public-url",
    "fusionauth.tenant_id": "--tenant",
    "fusionauth.user_email": "--user-email",
    "aws.profile": "--aws-profile",
    "aws.region": "--region",
}
_HELP = {
    "fusionauth.url": "Where you reach FusionAuth.",
    "fusionauth.public_url": "Where AWS reaches it, if elsewhere.",
    "fusionauth.tenant_id": f"The tenant's id, when there is more than one; {OWN}: Gatelight makes one.",
    "fusionauth.user_email": "Whom to create and log in as.",
    "aws.profile": "As in ~/.aws.",
    "aws.region": "AWS's region.",
}


def _field_options(command: F) -> F:
    for key, option in reversed(_OPTIONS.items()):
        command = click.option(option, key.replace(".", "__"), metavar="TEXT", help=_HELP[key])(command)
    return command


@click.command()
@click.argument("name")
@_field_options
@click.option("--application", metavar="NAME", help="The application's name in FusionAuth.")
@click.option("--tunnel", type=click.Choice(["none", *TUNNELS]), help="How a FusionAuth on this machine gets public.")
@click.option("--target", type=click.Choice(["live", "sandbox"]), default="live", show_default=True, help="The target.")
def create(name: str, application: str | None, tunnel: str | None, target: str, **given: str | None) -> int:
    """Create a profile: at a terminal it asks for what no option says, and checks every answer at once.

    It never takes a secret as an option: at a terminal it asks, and `gatelight secrets set` keeps one too.
    """
    output = Output()
    values = {"name": name} | {key: given[key.replace(".", "__")] for key in _OPTIONS}
    if tunnel in TUNNELS:
        if values["fusionauth.public_url"]:
            raise click.UsageError(f"--tunnel {tunnel} makes the public address: leave --public-url out.")
        values["fusionauth.public_url"] = tunnel
    if target == "sandbox":
        path = create_profile(name, {key: value or "" for key, value in values.items() if key != "name"})
    else:
        said = _complete(values, surroundings(), output)
        path = create_profile(name, as_profile(said) | {"fusionauth.application": application or ""})
    output.talk(f"✔ {harmless(str(path))}")
    if target == "live":
        if sys.stdin.isatty():
            _ask_for_secrets(name, output)
        output.talk(f"Look first, nothing is changed: gatelight plan --profile {name}")
    return 0


def _complete(values: dict[str, str | None], around: Surroundings, output: Output) -> dict[str, str]:
    """All values: asked for where no option gives them and somebody is there. Raises ConfigurationError otherwise."""
    said = {key: value for key, value in values.items() if value is not None}
    at_a_terminal = sys.stdin.isatty()
    for field in FIELDS:
        opinion = opinions(said, around)[field.key]
        if field.key in said or not at_a_terminal:
            if opinion.problem:
                raise ConfigurationError(f"{field.title}: {opinion.problem}", _how(field))
            if field.key in said:
                _remark(opinion, output, f"{field.title}: ")
            continue
        said[field.key] = _ask(field, said, around, output)
    return said


def _ask(field: Field, said: dict[str, str], around: Surroundings, output: Output) -> str:
    while True:
        answer: str = click.prompt(f"{field.title} ({field.example})", default="", show_default=False, err=True)
        opinion: Opinion = opinions({**said, field.key: answer}, around)[field.key]
        if not opinion.problem:
            _remark(opinion, output)
            return answer.strip()
        output.talk(f"  ✘ {harmless(opinion.problem, 300)}")


def _remark(opinion: Opinion, output: Output, title: str = "") -> None:
    if opinion.doubt or opinion.remark:
        mark = "!" if opinion.doubt else " "
        output.talk(f"{mark} {title}{harmless(opinion.doubt or opinion.remark, 300)}")


def _how(field: Field) -> str:
    option = _OPTIONS.get(field.key)
    return f"Say it with {option}." if option else "Give another name."


def _ask_for_secrets(name: str, output: Output) -> None:
    store = SecretStore(name)
    if store.vault.obstacle:
        output.talk(
            f"Secrets cannot be kept: {harmless(store.vault.obstacle, 200)}. They are asked for when they are needed."
        )
        return
    output.talk(f"Secrets go to the keyring ({harmless(store.vault.title)}); leave one out with ⏎.")
    for secret in (SecretName.API_KEY, SecretName.PASSWORD):
        answer = ask(FACTS[secret].title)
        if answer:
            store.keep(secret, Secret(answer))
