"""What a person wants, as data: a profile is one TOML file, or the built-in sandbox one."""

from typing import Annotated, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1)]
HttpUrl = Annotated[str, msgspec.Meta(pattern=r"^https?://[^/\s@?#]+\Z")]
HttpsUrl = Annotated[str, msgspec.Meta(pattern=r"^(https://[^/\s@?#]+(/[^\s?#]*[^/\s?#])?)?\Z")]
AwsName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z")]
Scope = Annotated[str, msgspec.Meta(pattern=r"^[!#-\[\]-~]{0,64}\Z")]  # a scope token (RFC 6749, section 3.3)
Domain = Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9-]+\.)*[a-z0-9-]*\Z")]
TunnelRegion = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{0,10}\Z")]
MaxAge = Annotated[str, msgspec.Meta(pattern=r"^([1-9]\d{0,4}[mhd]|never)?\Z")]
Region = Annotated[str, msgspec.Meta(pattern=r"^([a-z]{2,}(-[a-z]+)+-\d)?\Z")]


class FusionAuthSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The FusionAuth side: `url` is where Gatelight reaches it, `public_url` where AWS does, when that is elsewhere.

    With `scope` every access token carries that scope and the route asks for it. With `require_registration`
    FusionAuth's login page turns away who is not registered to the application (the Login API does not). With
    `own_tenant` Gatelight makes a tenant of its own, configured like `tenant_id`'s, and leaves that one's issuer alone.
    """

    url: HttpUrl = "http://localhost:9011"
    public_url: HttpsUrl = ""
    tenant_id: str = ""
    application: Text = "Gatelight"
    user_email: Text = "richard@example.com"
    scope: Scope = ""
    require_registration: bool = False
    own_tenant: bool = False


class AwsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The AWS side. Empty `profile` and `region` leave the choice to boto3's own chain."""

    profile: str = ""
    region: Region = ""
    api: AwsName = "gatelight"
    function: AwsName = "privateFunction"
    role: AwsName = "gatelight-function"


class TunnelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a FusionAuth on this machine gets an address that AWS can reach; "none" where it has one already.

    "running" uses the ngrok agent that somebody else has started for it.

    Without a `domain` ngrok gives the account's own. `publish` "everything" shows the world FusionAuth's login and
    admin pages too. `agent`, `config` and `traffic_policy` are paths; without `config` the agent gets one of ours.
    """

    provider: Literal["none", "ngrok", "running"] = "none"
    publish: Literal["discovery", "everything"] = "discovery"
    domain: Domain = ""
    region: TunnelRegion = ""
    agent: str = ""
    config: str = ""
    traffic_policy: str = ""


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One set of wishes. What is older than `max_age` ("90m", "8h", "3d", "never") is reminded of: on a live profile
    after a day where it says nothing, on a sandbox never.
    """

    target: Literal["sandbox", "live"] = "sandbox"
    fusionauth: FusionAuthSettings = msgspec.field(default_factory=FusionAuthSettings)
    aws: AwsSettings = msgspec.field(default_factory=AwsSettings)
    tunnel: TunnelSettings = msgspec.field(default_factory=TunnelSettings)
    max_age: MaxAge = ""
