"""`gatelight break`: put a real fault in, see which are in, take them out again."""

import sys
from typing import Any

import click

from services.errors import ConfigurationError
from services.faults.breaking import PutIn, TakenOut
from services.faults.catalogue import fault_named
from services.faults.fault import Fault
from services.workbench import Where, Workbench
from tui.commands.options import json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import where_document
from tui.safe import harmless

_SHOWN = 100  # characters of a value
_USES = """\b
gatelight break                                the faults there are, and which are in
gatelight break trailing-slash                 put one in; then gatelight call, gatelight doctor
gatelight break expired-token | gatelight call --token-file -
gatelight break --undo                         take all of them out, the last one first"""


@click.command("break", epilog=_USES)
@click.argument("faults", nargs=-1, metavar="[FAULT]...")
@click.option("--undo", is_flag=True, help="Take these faults out; without a name, all that are in.")
@click.option("--yes", "confirmed", metavar="NAME", help="On a live profile: its name, in place of typing it.")
@place_options
@json_option
def break_(
    faults: tuple[str, ...], undo: bool, confirmed: str | None, profile_name: str, sandbox_name: str, as_json: bool
) -> int:
    """Put real faults into the gate, to see them travel and to find them. Everything is restored by --undo and by down.

    A fault that is in a token alone leaves the set-up as it was and prints that token.
    """
    output = Output(as_json)
    wanted = () if undo else _in_order(faults)
    with workbench_at(profile_name, sandbox_name) as (workbench, cancellation):
        where = workbench.where()
        if undo:
            names = tuple(dict.fromkeys(faults)) or ("",)
            _tell_taken_out(output, where, [out for name in names for out in workbench.faults.take_out(name)])
        elif not wanted:
            _tell_all(output, where, workbench)
        else:
            _confirm(output, where, wanted, confirmed)
            done = []
            for fault in wanted:
                done.append(workbench.faults.put_in(fault.id, cancellation))
                _tell_put_in(output, done[-1], workbench)
            document = {"where": where_document(where), "put_in": [_put_in_document(put_in) for put_in in done]}
            output.document(document)
    return 0


def _in_order(names: tuple[str, ...]) -> tuple[Fault, ...]:
    """The faults meant: those of the set-up first, so that a token that has one is made under them."""
    found = [fault_named(name) for name in dict.fromkeys(names)]
    in_token = [fault for fault in found if fault.in_token]
    if len(in_token) > 1:
        listed = ", ".join(fault.id for fault in in_token)
        raise click.UsageError(f"One token cannot have all of these faults: {listed}.")
    return (*(fault for fault in found if not fault.in_token), *in_token)


def _confirm(output: Output, where: Where, faults: tuple[Fault, ...], confirmed: str | None) -> None:
    """Nothing real is broken by accident: whoever means it types the profile's name."""
    if where.target != "live":
        return
    if confirmed is None:
        if not sys.stdin.isatty():
            raise ConfigurationError(
                f'"{where.profile}" is a live profile, and nobody is there to confirm.',
                f"Add --yes {where.profile} if it is meant.",
            )
        output.talk(
            f"This breaks real things, for everybody who uses them, until they are taken out again: {where.profile}"
        )
        output.talk(f"  FusionAuth {where.fusionauth}, tenant {harmless(where.tenant)}")
        output.talk(f"  AWS account {where.account}, region {where.region}")
        for fault in faults:
            output.talk(f"  · {fault.sentence}")
        confirmed = click.prompt("Type the profile's name to go on", err=True, default="", show_default=False)
    if confirmed != where.profile:
        raise ConfigurationError(
            f'"{harmless(confirmed, 60)}" is not the name of the profile, "{where.profile}": nothing was changed.'
        )


def _tell_all(output: Output, where: Where, workbench: Workbench) -> None:
    standing = workbench.faults.look()
    output.document(
        {
            "where": where_document(where),
            "faults": [
                fault_document(one.fault)
                | {"in": one.is_in, "old": one.broken and one.broken.old, "new": one.broken and one.broken.new}
                for one in standing
            ],
        }
    )
    for one in standing:
        glyph = "✘ in" if one.is_in else "·"
        output.line(f"{glyph:5} {one.fault.id:18} {one.fault.sentence}")


def _tell_put_in(output: Output, put_in: PutIn, workbench: Workbench) -> None:
    fault = put_in.fault
    tell = output.talk if put_in.token else output.line  # the data is then the token
    if not output.as_json:
        tell(f"✘ {fault.title}: {fault.place.name}")
        tell(f"    was {_quoted(put_in.old)}")
        tell(f"    is  {_quoted(put_in.new)}" + (", while the token was made" if put_in.token else ""))
        tell(f"  You will see: {fault.effect}")
    if put_in.token is None:
        output.line(
            "  See it: gatelight call · find it: gatelight doctor --via login · "
            f"take it out: gatelight break --undo {fault.id}"
        )
        return
    if sys.stdout.isatty():
        output.line(workbench.redactor.mask(put_in.token.secret.reveal()))
        output.talk(f"  See it: gatelight break {fault.id} | gatelight call --token-file -")
    else:
        output.line(put_in.token.secret.reveal())


def _tell_taken_out(output: Output, where: Where, taken: list[TakenOut]) -> None:
    output.document(
        {
            "where": where_document(where),
            "taken_out": [
                {"id": out.fault.id, "title": out.fault.title, "value": out.old, "restored": out.restored}
                for out in taken
            ],
        }
    )
    for out in taken:
        what = f"is {_quoted(out.old)} again" if out.restored else "had been changed since, and was left alone"
        output.line(f"✔ {out.fault.title} is out: {out.fault.place.name} {what}")
    if not taken:
        output.talk("No fault is in.")


def fault_document(fault: Fault) -> dict[str, Any]:
    """A fault as data. `check` is the rule that decides, `step` what repairs it too; null where there is none."""
    return {
        "id": fault.id,
        "title": fault.title,
        "sentence": fault.sentence,
        "effect": fault.effect,
        "place": fault.place.name,
        "check": fault.check or None,
        "status": fault.status,
        "step": fault.step_id or None,
    }


def _put_in_document(put_in: PutIn) -> dict[str, Any]:
    token = None
    if put_in.token and not sys.stdout.isatty():
        token = put_in.token.secret.reveal()
    return fault_document(put_in.fault) | {"old": put_in.old, "new": put_in.new, "token": token}


def _quoted(value: str) -> str:
    if not value:
        return "(nothing)"
    return harmless(value, _SHOWN) if value[0] in "[{" else f'"{harmless(value, _SHOWN)}"'
