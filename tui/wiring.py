"""The one place where a profile becomes services: against a sandbox, or against the real world."""

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from services import log
from services.cancel import Cancellation
from services.errors import ConfigurationError
from services.person import Person
from services.profile.secrets import API_KEY_VARIABLE, PASSWORD_VARIABLE, Memory, SecretName, SecretStore
from services.redact import Secret

if TYPE_CHECKING:  # the app imports this module before its first frame; what it wires is imported when it is wired
    from pathlib import Path

    from services.aws.permissions import Place
    from services.diagnosis.asking import Consent
    from services.diagnosis.facts import CaseFacts
    from services.diagnosis.intake import Intake
    from services.http import HttpClient
    from services.profile.store import NamedProfile
    from services.redact import Redactor
    from services.sandbox.endpoints import SandboxRecord
    from services.tunnel.provider import TunnelProvider
    from services.tunnel.runtime import TunnelRecord
    from services.workbench import Workbench

DEFAULT_PROFILE = "sandbox"
DEFAULT_SANDBOX = "sandbox"
CONTROL_VARIABLE = "GATELIGHT_SANDBOX_CONTROL_TOKEN"

_LOADING_SECONDS = 3.0


def open_workbench(
    profile_name: str = DEFAULT_PROFILE,
    *,
    progress: Callable[[str], None],
    cancellation: Cancellation,
    person: Person | None = None,
    memory: Memory | None = None,
    read_only: bool = False,
) -> "Workbench":
    """A workbench for the app. For the sandbox it starts one of its own and publishes it for the line commands.

    `person` is asked for a secret that is kept nowhere, and `memory` holds those that were given before. With
    `read_only` nothing can be changed through it. Raises a GatelightError that says what is missing or wrong.
    """
    from services.profile.store import load_profile

    named = load_profile(profile_name)
    if named.profile.target == "live":
        return live_workbench(named, person, memory, keeps_tunnel=True, read_only=read_only)
    return sandbox_workbench(
        named, progress=progress, cancellation=cancellation, name=_free_name(), read_only=read_only
    )


def sandbox_workbench(
    named: "NamedProfile",
    *,
    progress: Callable[[str], None],
    cancellation: Cancellation,
    name: str | None = None,
    read_only: bool = False,
) -> "Workbench":
    """A workbench on a sandbox started for it, which ends with it. Without a name nobody else finds that sandbox."""
    from services.aws.session import preload
    from services.sandbox.launch import SandboxProcess
    from services.sandbox.options import SandboxOptions

    options = SandboxOptions(publish=False) if name is None else SandboxOptions(name=name)
    loading = threading.Thread(target=preload, daemon=True)  # while the sandbox starts, in the time it takes anyway
    loading.start()
    process = SandboxProcess.start(options, progress=progress, cancellation=cancellation)
    loading.join(_LOADING_SECONDS)
    try:
        return _on_sandbox(named, process.record, ending=process.stop, alone=name is None, read_only=read_only)
    except BaseException:
        process.stop()
        raise


def join_workbench(
    profile_name: str, sandbox: str, person: Person | None = None, *, read_only: bool = False
) -> "Workbench":
    """A workbench for a line command: on the running sandbox of that name, or on the real world.

    `person` is asked for a secret that is kept nowhere. Raises a GatelightError that says what is missing.
    """
    from services.profile.store import load_profile

    named = load_profile(profile_name)
    if named.profile.target == "live":
        return live_workbench(named, person, read_only=read_only)
    return _on_sandbox(named, running_sandbox(sandbox), ending=lambda: None, read_only=read_only)


def running_sandbox(name: str) -> "SandboxRecord":
    """The running sandbox of that name. Raises ConfigurationError that says how to start one."""
    from services.profile.paths import state_folder
    from services.sandbox.runtime import find, running

    record = find(name, state_folder())
    if record is None:
        others = ", ".join(f'"{other.name}"' for other in running(state_folder()))
        raise ConfigurationError(
            f'No sandbox "{name}" is running' + (f" (running: {others})." if others else "."),
            "Start one in another terminal with `gatelight sandbox`, or open the app with `gatelight`.",
        )
    return record


def live_workbench(
    named: "NamedProfile",
    person: Person | None = None,
    memory: Memory | None = None,
    *,
    keeps_tunnel: bool = False,
    read_only: bool = False,
) -> "Workbench":
    """A workbench on a real FusionAuth and a real AWS account. With `keeps_tunnel` it is the one to open the tunnel.

    Raises ConfigurationError.
    """
    from services.aws.session import AwsClients
    from services.connections import Connections
    from services.fusionauth.client import FusionAuth
    from services.http import HttpClient
    from services.profile.paths import state_folder
    from services.provisioning.ledger import Ledger
    from services.redact import Redactor
    from services.workbench import Workbench

    log.use_level_of("live")
    settings = named.profile.fusionauth
    redactor = Redactor()
    http = HttpClient(redactor)
    store = SecretStore(named.name, memory={} if memory is None else memory)
    tunnel = live_tunnel(named, http, redactor, store, keeps=keeps_tunnel)
    ask = person.give_secret if person else None
    api_key = store.obtain(SecretName.API_KEY, ask)
    if not api_key:
        raise ConfigurationError(
            f'The profile "{named.name}" needs a FusionAuth API key.',
            f"Set {API_KEY_VARIABLE}, or keep it in the keyring: gatelight secrets set api-key --profile {named.name}.",
        )
    password = store.obtain(SecretName.PASSWORD, ask, f"Password of {settings.user_email}")
    if keeps_tunnel and named.profile.tunnel.provider == "ngrok":
        store.obtain(SecretName.AUTHTOKEN, ask)  # the tunnel looks it up itself, and says what is missing without it
    redactor.register(api_key, password)
    connections = Connections(
        name=named.name,
        profile=named.profile,
        redactor=redactor,
        http=http,
        fusionauth=FusionAuth(http, settings.url, api_key, redactor),
        api_key=api_key,
        password=password,
        aws=AwsClients(
            redactor,
            profile=named.profile.aws.profile,
            region=named.profile.aws.region,
            give_code=person.give_mfa_code if person else None,
        ),
        tunnel=tunnel,
        ledger=Ledger(state_folder() / "ledgers" / f"{named.name}.json", named.name),
        variables={api_key: API_KEY_VARIABLE, password: PASSWORD_VARIABLE},
    )
    ending = tunnel.close if keeps_tunnel else lambda: None
    return Workbench(connections.reading() if read_only else connections, ending)


def live_tunnel(
    named: "NamedProfile", http: "HttpClient", redactor: "Redactor", store: SecretStore, *, keeps: bool
) -> "TunnelProvider":
    """How AWS reaches a live profile's FusionAuth. With `keeps` this process opens the tunnel; it must close it too.

    Raises ConfigurationError for an address that AWS cannot reach.
    """
    from services.tunnel.joined import JoinedTunnel
    from services.tunnel.manual import ManualUrl
    from services.tunnel.ngrok.provider import NgrokTunnel
    from services.tunnel.ngrok.running import RunningTunnel

    settings = named.profile.fusionauth
    if named.profile.tunnel.provider == "running":
        return RunningTunnel(settings.url)
    if named.profile.tunnel.provider == "ngrok":
        tunnel = NgrokTunnel(
            http,
            redactor,
            settings.url,
            named.profile.tunnel,
            _tunnel_folder(named.name),
            lambda: store.find(SecretName.AUTHTOKEN)[0],
        )
        return tunnel if keeps else JoinedTunnel(tunnel, named.name)
    public_url = settings.public_url or settings.url
    if not public_url.startswith("https://") and not _aws_is_on_this_machine():
        raise ConfigurationError(
            f'AWS cannot reach "{public_url}": it reads an issuer over https only.',
            "Set fusionauth.public_url in the profile to FusionAuth's public https address, or let Gatelight open a "
            'tunnel: tunnel.provider = "ngrok".',
        )
    return ManualUrl(public_url)


def _aws_is_on_this_machine() -> bool:
    """Whether an imitation of AWS is used, which may read an issuer over http: a sandbox's, for one."""
    return urlsplit(os.environ.get("AWS_ENDPOINT_URL", "")).hostname in ("127.0.0.1", "localhost", "::1")


def examine_anybodys(
    intake: "Intake",
    redactor: "Redactor",
    cancellation: Cancellation,
    consent: "Consent",
    *,
    aws_profile: str = "",
    region: str = "",
    person: Person | None = None,
) -> "CaseFacts":
    """Have the doctor look at an API that no profile here made, with the AWS credentials there are."""
    from services.aws.session import AwsClients
    from services.diagnosis.asking import Access, Beforehand
    from services.diagnosis.doctor import examine
    from services.diagnosis.known_gates import known_gates
    from services.http import HttpClient
    from services.profile.paths import state_folder

    give_code = person.give_mfa_code if person else None
    aws = AwsClients(redactor, profile=aws_profile, region=region, give_code=give_code)
    http = HttpClient(redactor)
    try:
        beforehand = Beforehand(gates=known_gates(state_folder() / "ledgers"))
        return examine(intake, Access(redactor, http, aws), cancellation, beforehand=beforehand, consent=consent)
    finally:
        http.close()
        aws.close()


def known_place(named: "NamedProfile", sandbox: str) -> "Place":
    """The account and region a profile works in, and as whom. Raises a GatelightError where that cannot be known."""
    from services.aws.caller import place_of
    from services.aws.permissions import Place
    from services.aws.session import AwsClients
    from services.redact import Redactor

    if named.profile.target == "sandbox":
        aws = running_sandbox(sandbox).endpoints.aws
        return Place(aws.account_id, aws.region)
    clients = AwsClients(Redactor(), profile=named.profile.aws.profile, region=named.profile.aws.region)
    try:
        return place_of(clients)
    finally:
        clients.close()


def tunnel_owner(profile_name: str) -> "TunnelRecord | None":
    """The tunnel that some process keeps open for the profile; None when none does."""
    from services.tunnel.runtime import RuntimeFile

    return RuntimeFile(_tunnel_folder(profile_name)).read()


def _tunnel_folder(profile_name: str) -> "Path":
    from services.profile.paths import state_folder

    return state_folder() / "tunnels" / profile_name


def _on_sandbox(
    named: "NamedProfile",
    record: "SandboxRecord",
    *,
    ending: Callable[[], None],
    alone: bool = False,
    read_only: bool = False,
) -> "Workbench":
    import msgspec

    from services.aws.session import AwsClients
    from services.connections import Connections
    from services.fusionauth.client import FusionAuth
    from services.http import HttpClient
    from services.profile.paths import state_folder
    from services.provisioning.ledger import Ledger
    from services.redact import Redactor
    from services.tunnel.loopback import SandboxTunnel
    from services.workbench import Workbench

    log.use_level_of("sandbox")
    there = record.endpoints
    redactor = Redactor()
    http = HttpClient(redactor)
    api_key, password = Secret(there.fusionauth.api_key), Secret(there.user.password)
    control = Secret(record.control.token)
    redactor.register(api_key, password, control, Secret(there.aws.secret_access_key))
    ledger = None if alone else state_folder() / "ledgers" / f"{named.name}@{record.name}.json"
    settings = msgspec.structs.replace(
        named.profile.fusionauth,
        url=there.fusionauth.url,
        user_email=there.user.email,
        tenant_id=named.profile.fusionauth.tenant_id or there.fusionauth.tenant_id,
    )
    aws = msgspec.structs.replace(named.profile.aws, profile="", region=there.aws.region)
    profile = msgspec.structs.replace(named.profile, fusionauth=settings, aws=aws)
    connections = Connections(
        name=named.name,
        profile=profile,
        redactor=redactor,
        http=http,
        fusionauth=FusionAuth(http, there.fusionauth.url, api_key, redactor),
        api_key=api_key,
        password=password,
        aws=AwsClients(
            redactor,
            region=there.aws.region,
            endpoint_url=there.aws.endpoint_url,
            access_key_id=there.aws.access_key_id,
            secret_access_key=Secret(there.aws.secret_access_key),
        ),
        tunnel=SandboxTunnel(http, record.control),
        ledger=Ledger(ledger, named.name, record.instance_id),
        variables={api_key: API_KEY_VARIABLE, password: PASSWORD_VARIABLE, control: CONTROL_VARIABLE},
        sandbox=record.name,
        account=there.aws.account_id,
    )
    return Workbench(connections.reading() if read_only else connections, ending)


def _free_name() -> str:
    """`sandbox`, or `sandbox-2` and so on while others run."""
    from services.profile.paths import state_folder
    from services.sandbox.runtime import running

    taken = {record.name for record in running(state_folder())}
    number = 1
    while (name := DEFAULT_SANDBOX if number == 1 else f"{DEFAULT_SANDBOX}-{number}") in taken:
        number += 1
    return name
