"""What the doctor may ask, what is known before it asks, and what a person agreed to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.aws.session import AwsClients
from services.diagnosis.facts import KnownGate
from services.diagnosis.issuer_probe import Reach
from services.fusionauth.client import FusionAuth
from services.http import HttpClient
from services.redact import Redactor


@dataclass(frozen=True, slots=True)
class Access:
    """What may be asked, and through what. Without `aws` or `fusionauth` those facts are missing."""

    redactor: Redactor
    http: HttpClient
    aws: AwsClients | None = None
    fusionauth: FusionAuth | None = None
    reach: Reach = field(default_factory=Reach)


@dataclass(frozen=True, slots=True)
class Beforehand:
    """What is known before anything is asked.

    `recorded` are the facts of the ledger of `profile`: they tell where to look at once, and count for nothing where
    what is found differs. `gates` are those of every profile. `issuer_now` is the issuer that the profile's
    tunnel gives FusionAuth now; empty where that is not known.
    """

    profile: str = ""
    recorded: Mapping[str, str] = field(default_factory=dict)
    gates: tuple[KnownGate, ...] = ()
    issuer_now: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to. `fetch`: to ask the issuer that only the token names; `call`: to call the gateway."""

    fetch: bool = False
    call: bool = True
