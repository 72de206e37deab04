"""What the FusionAuth steps share: the client, the wishes, and the ids that follow from the profile's name."""

from dataclasses import dataclass

from services.fusionauth.client import FusionAuth
from services.http import HttpClient
from services.profile.model import FusionAuthSettings
from services.provisioning.identity import stable_id
from services.redact import Secret


@dataclass(frozen=True, slots=True)
class FusionAuthSide:
    """Everything a FusionAuth step works with. `password` is empty when nobody gave one."""

    profile: str
    settings: FusionAuthSettings
    client: FusionAuth
    http: HttpClient
    password: Secret
    has_admin_pages: bool = True  # the sandbox has none

    def id_of(self, kind: str) -> str:
        """The deterministic id of this profile's resource of that kind."""
        return stable_id(self.profile, kind)

    def name_of(self, what: str) -> str:
        """A name people recognise in FusionAuth's admin pages."""
        return f"Gatelight {self.profile}: {what}"

    def admin(self, page: str) -> str:
        """The address of a page of FusionAuth's admin pages; empty where there are none."""
        return f"{self.settings.url}/admin/{page}" if self.has_admin_pages else ""
