"""What is found without a ledger, as lines of a plan and as the records that a teardown needs."""

from collections.abc import Collection
from dataclasses import dataclass

import click

from services.errors import ConfigurationError
from services.lost_ledger import LostAndFound
from services.provisioning.step import Record
from services.provisioning.teardown import found_lines
from tui.commands.options import F
from tui.commands.output import Output
from tui.commands.telling_teardown import tell_blindness
from tui.safe import harmless


def restore_issuer_option(command: F) -> F:
    """`--restore-issuer VALUE`: what only a lost ledger knew."""
    return click.option(
        "--restore-issuer",
        metavar="VALUE",
        help="What the tenant's issuer was before, to be restored if it still is the one that Gatelight set.",
    )(command)


@dataclass(frozen=True, slots=True)
class FoundPlan:
    """What would be done with what was found."""

    lines: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()


def found_plan(output: Output, lost: LostAndFound, known: Collection[Record], restore_issuer: str | None) -> FoundPlan:
    """What was found beyond what the ledger holds; says what could not be looked at, and what is lost of the issuer.

    Raises ConfigurationError for an issuer that cannot be restored.
    """
    for survey in lost.surveys:
        tell_blindness(output, survey)
    held = {(record.step_id, record.resource_id) for record in known}
    found = [each for each in lost.found if (each.step_id, each.resource_id) not in held]
    lines, records = found_lines(found), tuple(each.record for each in found)
    if any(record.step_id == "issuer" for record in known):
        return FoundPlan(lines, records)  # the ledger knows what it was
    issuer = lost.issuer
    if restore_issuer is not None:
        if issuer is None:
            raise ConfigurationError("Which tenant's issuer is meant cannot be told.", "Set fusionauth.tenant_id.")
        records += (issuer.restored_to(restore_issuer),)
        lines += (f'restore tenant issuer to "{restore_issuer}"',)
    elif issuer is not None and issuer.ours:
        tenant, now = harmless(issuer.tenant, 80), harmless(issuer.now, 200)
        output.talk(f"! The issuer of tenant “{tenant}” is “{now}”, as Gatelight sets it.")
        output.talk("  What it was before stood in the ledger and is lost: --restore-issuer VALUE gives it back.")
    return FoundPlan(lines, records)
