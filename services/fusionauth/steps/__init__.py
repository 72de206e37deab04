"""The FusionAuth side's steps, in the order people read them."""

from collections.abc import Collection
from dataclasses import replace

from services.fusionauth.steps.application import ApplicationStep
from services.fusionauth.steps.discovery import DiscoveryContract
from services.fusionauth.steps.issuer import TenantIssuer
from services.fusionauth.steps.keys import ACCESS_TOKEN_KEY, ID_TOKEN_KEY, SigningKey
from services.fusionauth.steps.login_key import LoginKey
from services.fusionauth.steps.reach import Reach
from services.fusionauth.steps.scope import SCOPE_LAMBDA, ScopeLambda
from services.fusionauth.steps.side import FusionAuthSide
from services.fusionauth.steps.tenant import OWN_TENANT, OwnTenant
from services.fusionauth.steps.user import RegistrationStep, UserStep
from services.provisioning.step import Step
from services.tunnel.step import TunnelStep

_IN_TENANT = ("issuer", "application", "user", "login_key")


def fusionauth_steps(side: FusionAuthSide, tunnel: TunnelStep, recorded: Collection[str] = ()) -> tuple[Step, ...]:
    """Every step of the FusionAuth side, the tunnel included: it publishes FusionAuth.

    The scope's step is among them while the profile has a scope, or its lambda is still `recorded` as made; so is the
    step for a tenant of our own.
    """
    own_tenant = side.settings.own_tenant or OWN_TENANT in recorded
    with_scope = bool(side.settings.scope) or SCOPE_LAMBDA in recorded
    steps: tuple[Step, ...] = (
        Reach(side, own_tenant=own_tenant),
        *((OwnTenant(side),) if own_tenant else ()),
        tunnel,
        TenantIssuer(side),
        SigningKey(side, ACCESS_TOKEN_KEY),
        SigningKey(side, ID_TOKEN_KEY),
        *((ScopeLambda(side),) if with_scope else ()),
        ApplicationStep(side, with_scope=with_scope),
        UserStep(side),
        RegistrationStep(side),
        LoginKey(side),
        DiscoveryContract(side),
    )
    if own_tenant:
        for step in steps:
            if step.spec.id in _IN_TENANT:
                step.spec = replace(step.spec, needs=(*step.spec.needs, OWN_TENANT))
    return steps
