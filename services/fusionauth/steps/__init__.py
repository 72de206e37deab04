"""The FusionAuth side's steps, in the order people read them."""

from services.fusionauth.steps.application import ApplicationStep
from services.fusionauth.steps.discovery import DiscoveryContract
from services.fusionauth.steps.issuer import TenantIssuer
from services.fusionauth.steps.keys import ACCESS_TOKEN_KEY, ID_TOKEN_KEY, SigningKey
from services.fusionauth.steps.login_key import LoginKey
from services.fusionauth.steps.reach import Reach
from services.fusionauth.steps.side import FusionAuthSide
from services.fusionauth.steps.user import RegistrationStep, UserStep
from services.provisioning.step import Step
from services.tunnel.step import TunnelStep


def fusionauth_steps(side: FusionAuthSide, tunnel: TunnelStep) -> tuple[Step, ...]:
    """Every step of the FusionAuth side, the tunnel included: it publishes FusionAuth."""
    return (
        Reach(side),
        tunnel,
        TenantIssuer(side),
        SigningKey(side, ACCESS_TOKEN_KEY),
        SigningKey(side, ID_TOKEN_KEY),
        ApplicationStep(side),
        UserStep(side),
        RegistrationStep(side),
        LoginKey(side),
        DiscoveryContract(side),
    )
