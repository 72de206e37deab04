"""`gatelight status`: what exists, and whether it still is as it should be."""

import click

from services.errors import ExpectationFailed
from services.provisioning.plan import Action
from tui.commands.options import json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import agreement_document, planned_document, where_document
from tui.commands.telling import tell_agreement
from tui.commands.telling_tunnel import tell_tunnel, tunnel_document
from tui.safe import harmless

_WORDS = {
    Action.CREATE: ("·", "absent"),
    Action.CHANGE: ("✘", "drifted"),
    Action.ADOPT: ("✘", "not ours"),
    Action.NOTHING: ("✔", "in place"),
    Action.CHECK: ("✔", "holds"),
    Action.LATER: ("·", "not yet"),
    Action.BLOCKED: ("✘", "unknown"),
}


@click.command()
@place_options
@json_option
def status(profile_name: str, sandbox_name: str, as_json: bool) -> int:
    """Read both sides: what is in place, what drifted, and whether issuer and audience agree.

    It exits with 1 when something is absent, drifted or cannot be read.
    """
    output = Output(as_json)
    with workbench_at(profile_name, sandbox_name) as (workbench, cancellation):
        found = workbench.plan(cancellation)
        agreement = workbench.agreement(None)
        where, tunnel = workbench.where(), workbench.tunnel()
    as_it_should = all(step.action in (Action.NOTHING, Action.CHECK) for step in found)
    output.document(
        {
            "where": where_document(where),
            "as_it_should": as_it_should,
            "steps": [planned_document(step) | {"state": _WORDS[step.action][1]} for step in found],
            "agreement": agreement_document(agreement),
            "tunnel": tunnel_document(tunnel),
        }
    )
    for step in found:
        glyph, word = _WORDS[step.action]
        output.line(f"{glyph} {step.spec.title:26} {word:9} {harmless(step.resource_id, 60)}".rstrip())
        for change in step.changes:
            output.line(f'    {change.name}: is "{harmless(change.old)}", should be "{harmless(change.new)}"')
        if step.error:
            output.line(f"    {harmless(step.error.message)}")
    output.line()
    tell_agreement(output, agreement)
    if where.tunnel:  # it was opened once, and AWS relies on it
        output.line()
        tell_tunnel(output, tunnel)
    unread = next((step.error for step in found if step.error), None)
    if unread:
        raise unread
    if not as_it_should:
        raise ExpectationFailed("Not everything is in place.", "gatelight up creates what is absent and repairs drift.")
    return 0
