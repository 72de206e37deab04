"""Has a teardown confirmed by whoever is at the terminal."""

import sys
from collections.abc import Iterable

import click

from services.errors import ConfigurationError, Interrupted
from services.workbench import Where
from tui.commands.output import Output
from tui.safe import harmless


def confirm(
    output: Output, where: Where, profile: str, going: Iterable[str], staying: Iterable[str] = (), *, typed: bool
) -> None:
    """Name what goes, what stays and where, and ask; with `typed` have the profile's name typed.

    Raises ConfigurationError where nobody is there to ask, Abort or Interrupted for a no.
    """
    if not sys.stdin.isatty():
        raise ConfigurationError("Nobody is there to confirm the teardown.", "Add --yes if it is meant.")
    output.talk(f"This takes back what the profile “{harmless(profile, 60)}” made:")
    for line in going:
        output.talk(f"  {harmless(line)}")
    for line in staying:
        output.talk(f"  stays: {harmless(line)}")
    tenant = f", tenant “{where.tenant}”" if where.tenant else ""
    output.talk(f"  FusionAuth: {harmless(where.fusionauth + tenant, 200)}")
    output.talk(f"  AWS: account {harmless(where.account, 40) or '?'}, region {harmless(where.region, 40) or '?'}")
    if not typed:
        click.confirm("Go on?", abort=True, err=True)
        return
    said: str = click.prompt("Type the profile's name to go on", err=True, default="", show_default=False)
    if said.strip() != profile:
        raise Interrupted(f"That is not “{profile}”: nothing was changed.")
