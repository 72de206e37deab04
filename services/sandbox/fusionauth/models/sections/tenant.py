"""The sections of a tenant, by their JSON names; those on messages are in `messages`.

The sandbox keeps them and shows them, refuses a value of a wrong type, and drops what it does not know; only few of
them it obeys. Names and types are those of FusionAuth's OpenAPI description, 1.69.0.
"""

from typing import Literal, TypedDict

from services.sandbox.fusionauth.models.formats import Number, Uuid
from services.sandbox.fusionauth.models.sections.shared import MultiFactorLoginPolicy, TimeBasedDeletePolicy
from services.sandbox.fusionauth.models.wire import Json

CaptchaMethod = Literal["GoogleRecaptchaV2", "GoogleRecaptchaV3", "HCaptcha", "HCaptchaEnterprise"]
TransactionType = Literal["None", "Any", "SimpleMajority", "SuperMajority", "AbsoluteMajority"]
ExpiryUnit = Literal["MINUTES", "HOURS", "DAYS", "WEEKS", "MONTHS", "YEARS"]
TOTPAlgorithm = Literal["HmacSHA1", "HmacSHA256", "HmacSHA512"]
UniqueUsernameStrategy = Literal["Always", "OnCollision"]
AuthenticatorAttachmentPreference = Literal["any", "platform", "crossPlatform"]
UserVerificationRequirement = Literal["required", "preferred", "discouraged"]
BreachMatchMode = Literal["Low", "Medium", "High"]
BreachAction = Literal["Off", "RecordOnly", "NotifyUser", "RequireChange"]


class TenantAccessControlConfiguration(TypedDict, total=False):
    uiIPAccessControlListId: Uuid


class TenantCaptchaConfiguration(TypedDict, total=False):
    captchaMethod: CaptchaMethod
    secretKey: str
    siteKey: str
    threshold: float
    enabled: bool


class ClientRiskConfiguration(TypedDict, total=False):
    blocklistedIp: bool
    botDetected: bool
    dormantAccount: bool
    dormantPassword: bool
    impossibleTravel: bool
    recentIdentityChange: bool
    recentPasswordChange: bool
    suspiciousUserAgent: bool
    unrecognizedDevice: bool
    untrustedDevice: bool
    enabled: bool


class ConnectorPolicy(TypedDict, total=False):
    connectorId: Uuid
    data: Json
    domains: list[str]
    migrate: bool


class EventConfigurationData(TypedDict, total=False):
    transactionType: TransactionType
    enabled: bool


class EventConfiguration(TypedDict, total=False):
    events: dict[str, EventConfigurationData]


class FailedAuthenticationActionCancelPolicy(TypedDict, total=False):
    onPasswordReset: bool


class FailedAuthenticationConfiguration(TypedDict, total=False):
    actionCancelPolicy: FailedAuthenticationActionCancelPolicy
    actionDuration: Number
    actionDurationUnit: ExpiryUnit
    emailUser: bool
    resetCountInSeconds: Number
    tooManyAttempts: Number
    userActionId: Uuid


class FamilyConfiguration(TypedDict, total=False):
    allowChildRegistrations: bool
    confirmChildEmailTemplateId: Uuid
    deleteOrphanedAccounts: bool
    deleteOrphanedAccountsDays: Number
    familyRequestEmailTemplateId: Uuid
    maximumChildAge: Number
    minimumOwnerAge: Number
    parentEmailRequired: bool
    parentRegistrationEmailTemplateId: Uuid
    enabled: bool


class TenantFormConfiguration(TypedDict, total=False):
    adminUserFormId: Uuid


class TenantLambdaConfiguration(TypedDict, total=False):
    loginValidationId: Uuid
    multiFactorRequirementId: Uuid
    scimEnterpriseUserRequestConverterId: Uuid
    scimEnterpriseUserResponseConverterId: Uuid
    scimGroupRequestConverterId: Uuid
    scimGroupResponseConverterId: Uuid
    scimUserRequestConverterId: Uuid
    scimUserResponseConverterId: Uuid


class MaximumPasswordAge(TypedDict, total=False):
    days: Number
    enabled: bool


class MinimumPasswordAge(TypedDict, total=False):
    seconds: Number
    enabled: bool


class MultiFactorAuthenticatorMethod(TypedDict, total=False):
    algorithm: TOTPAlgorithm
    codeLength: Number
    timeStep: Number
    enabled: bool


class MultiFactorEmailMethod(TypedDict, total=False):
    templateId: Uuid
    enabled: bool


class MultiFactorSMSMethod(TypedDict, total=False):
    messengerId: Uuid
    templateId: Uuid
    enabled: bool


class MultiFactorVoiceMethod(TypedDict, total=False):
    messengerId: Uuid
    templateId: Uuid
    enabled: bool


class TenantMultiFactorConfiguration(TypedDict, total=False):
    authenticator: MultiFactorAuthenticatorMethod
    debug: bool
    email: MultiFactorEmailMethod
    loginPolicy: MultiFactorLoginPolicy
    sms: MultiFactorSMSMethod
    voice: MultiFactorVoiceMethod


class TenantOAuth2Configuration(TypedDict, total=False):
    clientCredentialsAccessTokenPopulateLambdaId: Uuid


class PasswordEncryptionConfiguration(TypedDict, total=False):
    encryptionScheme: str
    encryptionSchemeFactor: Number
    modifyEncryptionSchemeOnLogin: bool


class RateLimitedRequestConfiguration(TypedDict, total=False):
    limit: Number
    timePeriodInSeconds: Number
    enabled: bool


class TenantRateLimitConfiguration(TypedDict, total=False):
    failedLogin: RateLimitedRequestConfiguration
    forgotPassword: RateLimitedRequestConfiguration
    sendEmailVerification: RateLimitedRequestConfiguration
    sendPasswordless: RateLimitedRequestConfiguration
    sendPasswordlessPhone: RateLimitedRequestConfiguration
    sendPhoneVerification: RateLimitedRequestConfiguration
    sendRegistrationVerification: RateLimitedRequestConfiguration
    sendTwoFactor: RateLimitedRequestConfiguration


class TenantRegistrationConfiguration(TypedDict, total=False):
    blockedDomains: list[str]


class TenantSCIMServerConfiguration(TypedDict, total=False):
    clientEntityTypeId: Uuid
    schemas: Json
    serverEntityTypeId: Uuid
    enabled: bool


class TenantSSOConfiguration(TypedDict, total=False):
    allowAccessTokenBootstrap: bool
    deviceTrustTimeToLiveInSeconds: Number


class TenantUserDeletePolicy(TypedDict, total=False):
    unverified: TimeBasedDeletePolicy


class UniqueUsernameConfiguration(TypedDict, total=False):
    numberOfDigits: Number
    separator: str
    strategy: UniqueUsernameStrategy
    enabled: bool


class TenantUsernameConfiguration(TypedDict, total=False):
    unique: UniqueUsernameConfiguration


class TenantWebAuthnWorkflowConfiguration(TypedDict, total=False):
    authenticatorAttachmentPreference: AuthenticatorAttachmentPreference
    userVerificationRequirement: UserVerificationRequirement
    enabled: bool


class TenantWebAuthnConfiguration(TypedDict, total=False):
    bootstrapWorkflow: TenantWebAuthnWorkflowConfiguration
    debug: bool
    reauthenticationWorkflow: TenantWebAuthnWorkflowConfiguration
    relyingPartyId: str
    relyingPartyName: str
    enabled: bool


class PasswordBreachDetection(TypedDict, total=False):
    matchMode: BreachMatchMode
    notifyUserEmailTemplateId: Uuid
    onLogin: BreachAction
    enabled: bool


class RememberPreviousPasswords(TypedDict, total=False):
    count: Number
    enabled: bool
