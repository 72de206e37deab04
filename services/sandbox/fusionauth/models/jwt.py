"""How tokens are made: the configuration a tenant has, and an application may have of its own."""

from typing import Literal

import msgspec

from services.sandbox.fusionauth.models.sections.shared import RefreshTokenOneTimeUseConfiguration
from services.sandbox.fusionauth.models.wire import Duration, Wire


class RevocationPolicy(Wire):
    """What revokes a user's refresh tokens."""

    on_login_prevented: bool = True
    on_multi_factor_enable: bool = False
    on_one_time_token_reuse: bool = False
    on_password_changed: bool = True


class SlidingWindow(Wire):
    """The longest life of a refresh token whose expiry slides with its use."""

    maximum_time_to_live_in_minutes: Duration = 43200


class JwtConfiguration(Wire):
    """Signing keys and lifetimes (defaults: FusionAuth's Tenant and Application API documentation)."""

    access_token_key_id: str | None = None
    id_token_key_id: str | None = None
    refresh_token_expiration_policy: Literal["Fixed", "SlidingWindow", "SlidingWindowWithMaximumLifetime"] = "Fixed"  # noqa: S105
    refresh_token_one_time_use_configuration: RefreshTokenOneTimeUseConfiguration | None = None
    refresh_token_revocation_policy: RevocationPolicy = msgspec.field(default_factory=RevocationPolicy)
    refresh_token_sliding_window_configuration: SlidingWindow | None = None
    refresh_token_time_to_live_in_minutes: Duration = 43200
    refresh_token_usage_policy: Literal["Reusable", "OneTimeUse"] = "Reusable"  # noqa: S105
    time_to_live_in_seconds: Duration = 3600


class ApplicationJwtConfiguration(JwtConfiguration):
    """An application's own configuration; while it is not enabled the tenant's rules."""

    enabled: bool = False
