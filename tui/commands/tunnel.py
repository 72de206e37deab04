"""`gatelight tunnel`: the way from outside to a FusionAuth on this machine, kept open alone."""

import os
import signal
import time

import click

from services.cancel import Cancellation
from services.errors import ConfigurationError, ExpectationFailed, Interrupted
from services.http import HttpClient
from services.profile.secrets import SecretStore
from services.profile.store import load_profile
from services.read_only import ReadOnly
from services.redact import Redactor
from services.tunnel.provider import Condition, Health, TunnelProvider
from services.tunnel.publisher import Visit
from services.tunnel.watch import look
from tui.commands.interrupt import stoppable
from tui.commands.options import is_read_only, json_option
from tui.commands.output import Output
from tui.safe import harmless
from tui.view.words import clock
from tui.wiring import DEFAULT_PROFILE, live_tunnel, tunnel_owner

_EVERY_SECONDS = 5.0
_GLYPHS = {Condition.UP: "✔", Condition.CLOSED: "·"}


@click.command()
@click.option("--check", "action", flag_value="check", help="Only tell what stands in the way; open nothing.")
@click.option("--status", "action", flag_value="status", help="Only tell how an open one is.")
@click.option("--stop", "action", flag_value="stop", help="Close the one that another `gatelight tunnel` keeps open.")
@click.option("--profile", "profile_name", default=DEFAULT_PROFILE, metavar="NAME", help="A live profile.")
@json_option
def tunnel(action: str | None, profile_name: str, as_json: bool) -> int:
    """Open the profile's tunnel and keep it open until Ctrl-C; other commands find it.

    It prints the public URL once AWS could read discovery through it, then every change of its health, and who came.
    """
    output = Output(as_json)
    if is_read_only() and action not in ("check", "status"):
        raise ReadOnly("Switching a tunnel")
    named = load_profile(profile_name)
    if named.profile.target != "live":
        raise ConfigurationError(
            f'The profile "{profile_name}" is a sandbox, whose tunnel opens with it.', "Choose a live one: --profile."
        )
    redactor = Redactor()
    http = HttpClient(redactor)
    provider = live_tunnel(named, http, redactor, SecretStore(named.name), keeps=action is None)
    if action == "check":
        return _check(provider, output)
    if action == "stop":
        return _stop(profile_name, output)
    if action == "status":
        health = look(provider, http)
        _tell(output, provider, health)
        return 0 if health.carries else 1
    with stoppable() as cancellation:
        try:
            output.talk(f"Opening the {provider.title} …")
            provider.open(cancellation)
            _keep(provider, http, output, cancellation)
        except Interrupted:
            return 0  # staying was asked for, and so was the end
        finally:
            provider.close()
    return 0


def _check(provider: TunnelProvider, output: Output) -> int:
    obstacles = provider.preflight()
    output.document(
        [{"id": one.id, "sentence": one.sentence, "fix": one.fix, "blocks": one.blocks} for one in obstacles]
    )
    for one in obstacles:
        output.line(f"{'✘' if one.blocks else '!'} {harmless(one.sentence)}")
        output.line(f"  {harmless(one.fix)}")
    if any(one.blocks for one in obstacles):
        return ExpectationFailed.exit_code
    output.line("✔ Nothing stands in the way.")
    return 0


def _stop(profile_name: str, output: Output) -> int:
    record = tunnel_owner(profile_name)
    if record is None:
        output.talk("No tunnel is open.")
        return 0
    os.kill(record.owner_pid, signal.SIGINT)
    end = time.monotonic() + 5
    while tunnel_owner(profile_name) is not None and time.monotonic() < end:
        time.sleep(0.05)
    output.talk("Closed. Keys that API Gateway has read stay valid there for up to two hours; then it answers 401.")
    return 0


def _keep(provider: TunnelProvider, http: HttpClient, output: Output, cancellation: Cancellation) -> None:
    """Tell every change of health and every visit, until somebody asks to stop."""
    known: Condition | None = None
    last_visit = 0.0
    while True:
        health = look(provider, http)
        if health.condition is not known:
            _tell(output, provider, health)
        known = health.condition
        for visit in reversed(provider.visits()):
            if visit.at > last_visit and not visit.agent.startswith("gatelight"):
                _tell_visit(output, visit)
        last_visit = max((visit.at for visit in provider.visits()), default=last_visit)
        cancellation.wait(_EVERY_SECONDS)


def _tell(output: Output, provider: TunnelProvider, health: Health) -> None:
    url = provider.current() or ""
    output.document_line(
        {
            "public_url": url or None,
            "condition": health.condition.value,
            "sentence": health.sentence,
            "fix": health.fix or None,
        }
    )
    output.line(f"{_GLYPHS.get(health.condition, '✘')} {health.condition.value} {url}".rstrip())
    output.line(f"  {harmless(health.sentence)} {harmless(health.fix)}".rstrip())


def _tell_visit(output: Output, visit: Visit) -> None:
    when = clock(visit.at, time.time())
    output.line(f"  {when} {visit.method} {harmless(visit.path)} {visit.status} {harmless(visit.agent, 60)}")
