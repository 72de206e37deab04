"""A lambda as the API shows it."""

from typing import Literal

import msgspec

from services.sandbox.fusionauth.models.wire import Instant, Wire

LambdaType = Literal[
    "JWTPopulate",
    "OpenIDReconcile",
    "SAMLv2Reconcile",
    "SAMLv2Populate",
    "AppleReconcile",
    "ExternalJWTReconcile",
    "FacebookReconcile",
    "GoogleReconcile",
    "HYPRReconcile",
    "TwitterReconcile",
    "LDAPConnectorReconcile",
    "LinkedInReconcile",
    "EpicGamesReconcile",
    "NintendoReconcile",
    "SonyPSNReconcile",
    "SteamReconcile",
    "TwitchReconcile",
    "XboxReconcile",
    "ClientCredentialsJWTPopulate",
    "SCIMServerGroupRequestConverter",
    "SCIMServerGroupResponseConverter",
    "SCIMServerUserRequestConverter",
    "SCIMServerUserResponseConverter",
    "SelfServiceRegistrationValidation",
    "UserInfoPopulate",
    "LoginValidation",
    "MFARequirement",
]


class LambdaFunction(Wire):
    """A lambda. FusionAuth 1.49 gave up the engine Nashorn; the sandbox runs those of the type `JWTPopulate`."""

    id: str = ""
    name: str = ""
    body: str = ""
    type: LambdaType | None = None
    engine_type: Literal["GraalJS", "Nashorn"] = msgspec.field(default="GraalJS")
    debug: bool = False
    insert_instant: Instant = 0
    last_update_instant: Instant = 0
