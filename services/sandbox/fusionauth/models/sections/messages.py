"""The sections of a tenant on e-mail, telephone and the ids sent there, by their JSON names.

The sandbox keeps them and shows them, refuses a value of a wrong type, and drops what it does not know; only few of
them it obeys. Names and types are those of FusionAuth's OpenAPI description, 1.69.0.
"""

from typing import Literal, TypedDict

from services.sandbox.fusionauth.models.formats import Number, Uuid
from services.sandbox.fusionauth.models.sections.shared import UnverifiedBehavior, VerificationStrategy

EmailSecurityType = Literal["NONE", "SSL", "TLS"]
SecureGeneratorType = Literal["randomDigits", "randomBytes", "randomAlpha", "randomAlphaNumeric"]


class EmailHeader(TypedDict, total=False):
    name: str
    value: str


class EmailUnverifiedOptions(TypedDict, total=False):
    allowEmailChangeWhenGated: bool
    behavior: UnverifiedBehavior


class TenantEmailConfiguration(TypedDict, total=False):
    additionalHeaders: list[EmailHeader]
    adminTwoFactorMethodRemoveEmailTemplateId: Uuid
    debug: bool
    defaultFromEmail: str
    defaultFromName: str
    emailUpdateEmailTemplateId: Uuid
    emailVerifiedEmailTemplateId: Uuid
    forgotPasswordEmailTemplateId: Uuid
    host: str
    implicitEmailVerificationAllowed: bool
    loginIdInUseOnCreateEmailTemplateId: Uuid
    loginIdInUseOnUpdateEmailTemplateId: Uuid
    loginNewDeviceEmailTemplateId: Uuid
    loginSuspiciousEmailTemplateId: Uuid
    password: str
    passwordResetSuccessEmailTemplateId: Uuid
    passwordUpdateEmailTemplateId: Uuid
    passwordlessEmailTemplateId: Uuid
    port: Number
    properties: str
    security: EmailSecurityType
    setPasswordEmailTemplateId: Uuid
    twoFactorMethodAddEmailTemplateId: Uuid
    twoFactorMethodRemoveEmailTemplateId: Uuid
    unverified: EmailUnverifiedOptions
    username: str
    verificationEmailTemplateId: Uuid
    verificationStrategy: VerificationStrategy
    verifyEmail: bool
    verifyEmailWhenChanged: bool


class PhoneUnverifiedOptions(TypedDict, total=False):
    allowPhoneNumberChangeWhenGated: bool
    behavior: UnverifiedBehavior


class TenantPhoneConfiguration(TypedDict, total=False):
    adminTwoFactorMethodRemoveTemplateId: Uuid
    forgotPasswordTemplateId: Uuid
    identityUpdateTemplateId: Uuid
    implicitPhoneVerificationAllowed: bool
    loginIdInUseOnCreateTemplateId: Uuid
    loginIdInUseOnUpdateTemplateId: Uuid
    loginNewDeviceTemplateId: Uuid
    loginSuspiciousTemplateId: Uuid
    messengerId: Uuid
    passwordResetSuccessTemplateId: Uuid
    passwordUpdateTemplateId: Uuid
    passwordlessTemplateId: Uuid
    setPasswordTemplateId: Uuid
    twoFactorMethodAddTemplateId: Uuid
    twoFactorMethodRemoveTemplateId: Uuid
    unverified: PhoneUnverifiedOptions
    verificationCompleteTemplateId: Uuid
    verificationStrategy: VerificationStrategy
    verificationTemplateId: Uuid
    verifyPhoneNumber: bool


class SecureGeneratorConfiguration(TypedDict, total=False):
    length: Number
    type: SecureGeneratorType


class ExternalIdentifierConfiguration(TypedDict, total=False):
    authorizationGrantIdTimeToLiveInSeconds: Number
    changePasswordIdGenerator: SecureGeneratorConfiguration
    changePasswordIdTimeToLiveInSeconds: Number
    deviceCodeTimeToLiveInSeconds: Number
    deviceUserCodeIdGenerator: SecureGeneratorConfiguration
    emailVerificationIdGenerator: SecureGeneratorConfiguration
    emailVerificationIdTimeToLiveInSeconds: Number
    emailVerificationOneTimeCodeGenerator: SecureGeneratorConfiguration
    externalAuthenticationIdTimeToLiveInSeconds: Number
    identityProviderConnectionTestTimeToLiveInSeconds: Number
    loginIntentTimeToLiveInSeconds: Number
    oneTimePasswordTimeToLiveInSeconds: Number
    passwordlessLoginGenerator: SecureGeneratorConfiguration
    passwordlessLoginOneTimeCodeGenerator: SecureGeneratorConfiguration
    passwordlessLoginTimeToLiveInSeconds: Number
    pendingAccountLinkTimeToLiveInSeconds: Number
    phoneVerificationIdGenerator: SecureGeneratorConfiguration
    phoneVerificationIdTimeToLiveInSeconds: Number
    phoneVerificationOneTimeCodeGenerator: SecureGeneratorConfiguration
    registrationVerificationIdGenerator: SecureGeneratorConfiguration
    registrationVerificationIdTimeToLiveInSeconds: Number
    registrationVerificationOneTimeCodeGenerator: SecureGeneratorConfiguration
    rememberOAuthScopeConsentChoiceTimeToLiveInSeconds: Number
    samlv2AuthNRequestIdTimeToLiveInSeconds: Number
    setupPasswordIdGenerator: SecureGeneratorConfiguration
    setupPasswordIdTimeToLiveInSeconds: Number
    trustTokenTimeToLiveInSeconds: Number
    twoFactorIdTimeToLiveInSeconds: Number
    twoFactorOneTimeCodeIdGenerator: SecureGeneratorConfiguration
    twoFactorOneTimeCodeIdTimeToLiveInSeconds: Number
    twoFactorTrustIdTimeToLiveInSeconds: Number
    webAuthnAuthenticationChallengeTimeToLiveInSeconds: Number
    webAuthnRegistrationChallengeTimeToLiveInSeconds: Number
