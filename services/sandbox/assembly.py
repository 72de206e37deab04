"""Puts the sandbox together: which app answers on which port, and what a caller needs to know of it."""

import asyncio
import os
import secrets
import socket
import string
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from starlette.types import ASGIApp

from services.sandbox.asgi import LoopbackHosts
from services.sandbox.aws.control_plane import MiniStackControlPlane
from services.sandbox.aws.guard import create_app as create_guard
from services.sandbox.control import ControlApp
from services.sandbox.endpoints import (
    AwsEndpoint,
    Control,
    FusionAuthEndpoint,
    Login,
    SandboxEndpoints,
    SandboxRecord,
)
from services.sandbox.fusionauth.app import create_app as create_fusionauth
from services.sandbox.fusionauth.store import Store
from services.sandbox.gateway.app import create_app as create_gateway
from services.sandbox.gateway.issuers import IssuerFetcher
from services.sandbox.listeners import Listeners, port_of, url_of
from services.sandbox.options import SandboxOptions, read_policy
from services.sandbox.tunnel import LoopbackTunnel

ACCOUNT_ID = "000000000000"


@dataclass(frozen=True, slots=True)
class Assembly:
    """A sandbox ready to serve: an app for each socket, its record, and how to end what runs behind the apps."""

    apps: dict[socket.socket, ASGIApp]
    record: SandboxRecord
    close: Callable[[], Awaitable[None]]


async def assemble(
    options: SandboxOptions, listeners: Listeners, folder: Path, progress: Callable[[str], None]
) -> Assembly:
    """Build every part on the running event loop; imports and key generation that take long happen on threads."""
    aws = _aws_endpoint(options, listeners)
    plane = MiniStackControlPlane(
        folder=folder, endpoint=aws, gateway_url=url_of(listeners.gateway), settle_seconds=options.settle_seconds
    )
    fetcher = IssuerFetcher(private_ports=(port_of(listeners.fusionauth),))

    progress("Starting AWS and FusionAuth")
    _, store = await asyncio.gather(plane.start(), asyncio.to_thread(Store.fresh))
    store.keeps_listening_port = options.old_addresses
    fusionauth = create_fusionauth(store)
    tunnel = LoopbackTunnel(fusionauth, url_of(listeners.public), is_open=options.tunnel_open_at_start)
    record = _record(options, listeners, store, aws)
    plane.authority.policy = read_policy(options.policy)
    control = ControlApp(
        instance_id=record.instance_id,
        pid=record.endpoints.pid,
        token=record.control.token,
        tunnel=tunnel,
        enforcement=plane.authority,
    )
    apps: dict[socket.socket, ASGIApp] = {
        listeners.fusionauth: LoopbackHosts(fusionauth),
        listeners.public: LoopbackHosts(tunnel),
        listeners.aws: create_guard(plane, probe=fetcher.probe, forget_keys=fetcher.forget),
        # It takes and sends plain dicts, a special case of what ASGI's types allow.
        listeners.gateway: cast("ASGIApp", create_gateway(plane, fetcher)),
        listeners.control: LoopbackHosts(control),
    }

    async def close() -> None:
        await asyncio.gather(plane.close(), store.close())

    return Assembly(apps, record, close)


def _aws_endpoint(options: SandboxOptions, listeners: Listeners) -> AwsEndpoint:
    """The AWS API with an access key pair of the shape AWS gives out."""
    alphabet = string.ascii_uppercase + "234567"
    return AwsEndpoint(
        endpoint_url=url_of(listeners.aws),
        region=options.region,
        account_id=ACCOUNT_ID,
        access_key_id="AKIA" + "".join(secrets.choice(alphabet) for _ in range(16)),
        secret_access_key=secrets.token_urlsafe(30),
    )


def _record(options: SandboxOptions, listeners: Listeners, store: Store, aws: AwsEndpoint) -> SandboxRecord:
    return SandboxRecord(
        name=options.name,
        instance_id=str(uuid.uuid4()),
        started_at=time.time(),
        control=Control(url=url_of(listeners.control), token=secrets.token_urlsafe(32)),
        endpoints=SandboxEndpoints(
            fusionauth=FusionAuthEndpoint(
                url=url_of(listeners.fusionauth), api_key=store.api_key, tenant_id=store.tenant_id, admin=store.admin
            ),
            # Whoever provisions creates this person; the sandbox's FusionAuth knows nothing of them yet.
            user=Login(email="richard@example.com", password=secrets.token_urlsafe(18)),
            public_url=url_of(listeners.public),
            aws=aws,
            gateway_url=url_of(listeners.gateway),
            pid=os.getpid(),
        ),
    )
