"""What a running sandbox tells of itself: where it listens and the throwaway credentials made for it."""

import msgspec


class Login(msgspec.Struct, frozen=True):
    """An e-mail address and password in the sandbox's FusionAuth."""

    email: str
    password: str


class FusionAuthEndpoint(msgspec.Struct, frozen=True):
    """The sandbox's FusionAuth: its private address, a global key-manager API key and its administrator."""

    url: str
    api_key: str
    tenant_id: str
    admin: Login


class AwsEndpoint(msgspec.Struct, frozen=True):
    """The sandbox's AWS API and the one access key it accepts."""

    endpoint_url: str
    region: str
    account_id: str
    access_key_id: str
    secret_access_key: str


class SandboxEndpoints(msgspec.Struct, frozen=True):
    """The line `gatelight sandbox` prints when it is ready."""

    fusionauth: FusionAuthEndpoint
    user: Login
    public_url: str
    aws: AwsEndpoint
    gateway_url: str
    pid: int


class Control(msgspec.Struct, frozen=True):
    """The sandbox's own switchboard (open and close the tunnel), with the bearer token it asks for."""

    url: str
    token: str


class SandboxRecord(msgspec.Struct, frozen=True):
    """What the 0600 runtime file holds: the endpoints, who the sandbox is, and how to steer it."""

    name: str
    instance_id: str
    started_at: float
    control: Control
    endpoints: SandboxEndpoints
