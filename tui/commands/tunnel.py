"""`gatelight tunnel`: the way from outside to a FusionAuth on this machine, kept open alone."""

import os
import signal
import time

import click

from services.cancel import Cancellation
from services.errors import ConfigurationError, ExpectationFailed, Interrupted
from services.http import HttpClient
from services.profile.secrets import SecretName, SecretStore
from services.profile.store import load_profile
from services.read_only import ReadOnly
from services.redact import Redactor
from services.tunnel.opening import open_patiently
from services.tunnel.provider import Condition, TunnelProvider
from services.tunnel.sighting import Sighting
from services.tunnel.visit import Visit
from services.tunnel.watch import look
from services.tunnel.watcher import Watcher
from tui.commands.interrupt import stoppable
from tui.commands.options import PERSON, is_read_only, json_option
from tui.commands.output import Output
from tui.commands.telling_tunnel import tell_tunnel, tunnel_document
from tui.safe import harmless
from tui.view.tunnel_words import PUBLISHED, glyph, lost
from tui.view.words import clock, duration
from tui.wiring import DEFAULT_PROFILE, live_tunnel, tunnel_owner


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
    store = SecretStore(named.name)
    if action is None and named.profile.tunnel.provider == "ngrok":
        store.obtain(SecretName.AUTHTOKEN, PERSON.give_secret)  # without one the provider says what is missing
    provider = live_tunnel(named, http, redactor, store, keeps=action is None)
    if action == "check":
        return _check(provider, output)
    if action == "stop":
        return _stop(profile_name, output)
    if action == "status":
        health = look(provider, http)
        seen = Sighting(health, provider.current() or "")
        output.document_line(tunnel_document(seen))
        tell_tunnel(output, seen)
        return 0 if health.carries else 1
    with stoppable() as cancellation:
        try:
            output.talk(f"Opening the {provider.title} …")
            _open(provider, output, cancellation)
            _keep(provider, Watcher(provider, http, private_url=named.profile.fusionauth.url), output, cancellation)
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
    os.kill(record.owner_pid, signal.SIGTERM)  # the app, too, ends in an orderly way then
    end = time.monotonic() + 5
    while tunnel_owner(profile_name) is not None and time.monotonic() < end:
        time.sleep(0.05)
    output.talk("Closed. Keys that API Gateway has read stay valid there for up to two hours; then it answers 401.")
    return 0


def _open(provider: TunnelProvider, output: Output, cancellation: Cancellation) -> None:
    open_patiently(provider, cancellation, lambda reason: output.talk(f"  … waits {harmless(reason)}"))


def _keep(provider: TunnelProvider, watcher: Watcher, output: Output, cancellation: Cancellation) -> None:
    """Tell every change of health and every visit, and open it again when its agent ends, until asked to stop."""
    narrator = _Narrator(output)
    if provider.publish is not None:
        output.talk(f"The world sees {PUBLISHED[provider.publish]}.")

    def tell(seen: Sighting) -> None:
        narrator.tell(seen)
        if seen.health.condition is Condition.CLOSED and provider.capabilities.opens:
            output.talk(f"The agent has ended. Opening the {provider.title} again …")
            _open(provider, output, cancellation)

    watcher.run(tell, cancellation)


class _Narrator:
    """Tells what is new of a tunnel since the last time."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._before: Sighting | None = None
        self._last_visit = 0.0

    def tell(self, seen: Sighting) -> None:
        """One line a change, one line a visit."""
        before, self._before = self._before, seen
        if before is not None and seen.woke_at != before.woke_at:
            self._output.line(f"◐ woke from sleep after {duration(seen.slept)}: looked at once")
        if before is None or _state(seen) != _state(before):
            _tell(self._output, seen)
        if seen.former_url and (before is None or seen.url != before.url):
            self._output.talk("The address has changed: gatelight up sets both sides to it, then get a new token.")
        for visit in reversed(seen.visits):
            if visit.at > self._last_visit:
                self._visit(visit)
                self._last_visit = visit.at

    def _visit(self, visit: Visit) -> None:
        agent = f' "{harmless(visit.agent, 60)}"' if visit.agent else ""
        self._output.line(
            f"  {clock(visit.at, time.time())} {visit.status} {visit.method} {harmless(visit.path)}"
            f"  {visit.visitor.value}{agent}"
        )
        self._output.document_line(
            {
                "visit": {
                    "at": visit.at,
                    "method": visit.method,
                    "path": visit.path,
                    "status": visit.status,
                    "what": visit.what or None,
                    "visitor": visit.visitor.value,
                    "agent": visit.agent or None,
                }
            }
        )


def _state(seen: Sighting) -> tuple[object, ...]:
    return seen.health.condition, seen.url, seen.losses, seen.woke_at


def _tell(output: Output, seen: Sighting) -> None:
    health, url = seen.health, "" if seen.health.condition is Condition.CLOSED else seen.url
    output.document_line(
        {
            "public_url": url or None,
            "condition": health.condition.value,
            "sentence": health.sentence,
            "fix": health.fix or None,
            "losses": seen.losses,
        }
    )
    remarks = "".join(f", {remark}" for remark in (lost(seen),) if remark)
    output.line(f"{glyph(health.condition)} {health.condition.value} {url}".rstrip() + remarks)
    output.line(f"  {harmless(health.sentence)} {harmless(health.fix)}".rstrip())
