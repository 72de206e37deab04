"""What a profile is wired to, and the same for reading only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.aws.session import AwsClients
from services.fusionauth.client import FusionAuth
from services.http import HttpClient
from services.profile.model import Profile
from services.provisioning.ledger import Ledger
from services.provisioning.ledger_view import LedgerView
from services.redact import Redactor, Secret
from services.tunnel.provider import TunnelProvider
from services.tunnel.read_only import ReadOnlyTunnel


@dataclass(frozen=True, slots=True)
class Connections:
    """A profile's services. The sandbox and the real world differ in these values alone."""

    name: str
    profile: Profile
    redactor: Redactor
    http: HttpClient
    fusionauth: FusionAuth
    api_key: Secret
    password: Secret
    aws: AwsClients
    tunnel: TunnelProvider
    ledger: Ledger
    variables: Mapping[Secret, str] = field(default_factory=dict)  # which environment variable holds a secret
    sandbox: str = ""
    account: str = ""
    read_only: bool = False

    def reading(self) -> "Connections":
        """The same connections, and nothing can be changed through them."""
        http = self.http.reading()
        return replace(
            self,
            http=http,
            fusionauth=self.fusionauth.over(http),
            aws=self.aws.reading(),
            tunnel=ReadOnlyTunnel(self.tunnel),
            ledger=LedgerView(self.ledger),
            read_only=True,
        )
