"""What the sections of a tenant and of an application have in common."""

from typing import Literal, TypedDict

from services.sandbox.fusionauth.models.formats import Number
from services.sandbox.fusionauth.models.wire import Instant

MultiFactorLoginPolicy = Literal["ChallengeOnHighRisk", "ChallengeOnMediumRisk", "Disabled", "Enabled", "Required"]
UnverifiedBehavior = Literal["Allow", "Gated"]
VerificationStrategy = Literal["ClickableLink", "FormField"]


class Requirable(TypedDict, total=False):
    required: bool
    enabled: bool


class TimeBasedDeletePolicy(TypedDict, total=False):
    enabledInstant: Instant
    numberOfDaysToRetain: Number
    enabled: bool


class RefreshTokenOneTimeUseConfiguration(TypedDict, total=False):
    gracePeriodInSeconds: Number
