"""`gatelight status`: what exists, side by side with the ledger, and whether it still is as it should be."""

import time
from datetime import datetime

import click

from services.errors import ExpectationFailed
from services.provisioning.step import Outcome, Record, Side
from services.provisioning.stock import WELL, Standing, Stock
from tui.commands.options import json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import agreement_document, stock_document, where_document
from tui.commands.telling import tell_agreement
from tui.commands.telling_teardown import SIDES
from tui.commands.telling_tunnel import tell_tunnel, tunnel_document
from tui.safe import harmless
from tui.view.words import distance

_GLYPHS = {
    Standing.IN_PLACE: "✔",
    Standing.HOLDS: "✔",
    Standing.NOT_MADE: "·",
    Standing.NOT_YET: "·",
    Standing.THERE: "·",
}


@click.command()
@place_options
@json_option
def status(profile_name: str, sandbox_name: str, as_json: bool) -> int:
    """Read both sides next to the ledger: what is in place, what changed or is gone, and whether both sides agree.

    It exits with 1 when something is off, and with the code of what could not be read.
    """
    output = Output(as_json)
    with workbench_at(profile_name, sandbox_name) as (workbench, cancellation):
        stock = workbench.stock(cancellation)
        agreement = workbench.agreement(None)
        where, tunnel = workbench.where(), workbench.tunnel()
    as_it_should = all(step.standing in WELL for step in stock)
    output.document(
        {
            "where": where_document(where),
            "as_it_should": as_it_should,
            "steps": [stock_document(step, repair(step, profile_name)) for step in stock],
            "agreement": agreement_document(agreement),
            "tunnel": tunnel_document(tunnel),
        }
    )
    tell_stock(output, stock, profile_name)
    output.line()
    tell_agreement(output, agreement)
    if where.tunnel:  # it was opened once, and AWS relies on it
        output.line()
        tell_tunnel(output, tunnel)
    unread = next((step.error for step in stock if step.error), None)
    if unread:
        raise unread
    if not any(step.record or step.standing is Standing.UNRECORDED for step in stock):
        raise ExpectationFailed("Nothing is provisioned.", f"gatelight up --profile {profile_name} provisions it.")
    if not as_it_should:
        raise ExpectationFailed(
            "Not everything is as the ledger says and the profile wants.",
            f"gatelight up --profile {profile_name} makes what is absent and repairs what changed.",
        )
    return 0


def tell_stock(output: Output, stock: tuple[Stock, ...], profile: str) -> None:
    """A row for each step: what the ledger says, what is there now; below it what is off, and what repairs it."""
    now = time.time()
    for side in Side:
        output.line(f"{SIDES[side.value]:29}{'in the ledger':22}now")
        for step in stock:
            if step.spec.side is side:
                _tell(output, step, now, profile)


def _tell(output: Output, step: Stock, now: float, profile: str) -> None:
    glyph = _GLYPHS.get(step.standing, "✘")
    output.line(f"{glyph} {step.spec.title:26} {_recorded(step.record, now):21} {step.standing.value}".rstrip())
    known = step.record.resource_id if step.record else ""
    if known and step.resource_id and known != step.resource_id:
        output.line(f"    the ledger knows {harmless(known, 80)}, there is {harmless(step.resource_id, 80)}")
    elif known and step.standing is Standing.GONE:
        output.line(f"    {harmless(known, 80)} is not there any more")
    for change in step.changes:
        output.line(f'    {change.name}: is "{harmless(change.old)}", should be "{harmless(change.new)}"')
    if step.error:
        output.line(f"    {harmless(step.error.message)}")
    if command := repair(step, profile):
        output.line(f"    → {command}")


def _recorded(record: Record | None, now: float) -> str:
    if record is None:
        return "–"
    word = {Outcome.HOLDS: "checked", Outcome.FOUND: "found"}.get(record.outcome, record.outcome.value)
    try:
        since = datetime.fromisoformat(record.since).timestamp()
    except ValueError:
        return word
    return f"{word} {distance(min(since - now, -0.001))}"


def repair(step: Stock, profile: str) -> str:
    """The command that puts this step right by itself; empty where it is right, or waits for others."""
    if step.standing is Standing.NOT_OURS:
        return f"gatelight up --profile {profile} --adopt {step.spec.id}"
    return f"gatelight up --profile {profile} --step {step.spec.id}" if step.alone else ""
