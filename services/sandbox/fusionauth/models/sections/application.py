"""The sections of an application, by their JSON names.

The sandbox keeps them and shows them, refuses a value of a wrong type, and drops what it does not know; only few of
them it obeys. Names and types are those of FusionAuth's OpenAPI description, 1.69.0.
"""

from typing import Literal, TypedDict

from services.sandbox.fusionauth.models.formats import Number, Url, Uuid
from services.sandbox.fusionauth.models.sections.shared import (
    MultiFactorLoginPolicy,
    Requirable,
    TimeBasedDeletePolicy,
    UnverifiedBehavior,
)
from services.sandbox.fusionauth.models.wire import Instant, Json

ApplicationMultiFactorTrustPolicy = Literal["Any", "This", "None"]
PasswordlessStrategy = Literal["ClickableLink", "FormField"]
LoginIdType = Literal["email", "phoneNumber", "username"]
RegistrationType = Literal["basic", "advanced"]
SAMLLogoutBehavior = Literal["AllParticipants", "OnlyOriginator"]
CanonicalizationMethod = Literal["exclusive", "exclusive_with_comments", "inclusive", "inclusive_with_comments"]
XMLSignatureLocation = Literal["Assertion", "Response"]


class ApplicationAccessControlConfiguration(TypedDict, total=False):
    uiIPAccessControlListId: Uuid


class AuthenticationTokenConfiguration(TypedDict, total=False):
    enabled: bool


class UsernameModeration(TypedDict, total=False):
    applicationId: Uuid
    enabled: bool


class CleanSpeakConfiguration(TypedDict, total=False):
    apiKey: str
    applicationIds: list[Uuid]
    url: Url
    usernameModeration: UsernameModeration
    enabled: bool


class ApplicationEmailConfiguration(TypedDict, total=False):
    emailUpdateEmailTemplateId: Uuid
    emailVerificationEmailTemplateId: Uuid
    emailVerifiedEmailTemplateId: Uuid
    forgotPasswordEmailTemplateId: Uuid
    loginIdInUseOnCreateEmailTemplateId: Uuid
    loginIdInUseOnUpdateEmailTemplateId: Uuid
    loginNewDeviceEmailTemplateId: Uuid
    loginSuspiciousEmailTemplateId: Uuid
    passwordResetSuccessEmailTemplateId: Uuid
    passwordUpdateEmailTemplateId: Uuid
    passwordlessEmailTemplateId: Uuid
    setPasswordEmailTemplateId: Uuid
    twoFactorMethodAddEmailTemplateId: Uuid
    twoFactorMethodRemoveEmailTemplateId: Uuid


class ApplicationExternalIdentifierConfiguration(TypedDict, total=False):
    twoFactorTrustIdTimeToLiveInSeconds: Number


class SelfServiceFormConfiguration(TypedDict, total=False):
    requireCurrentPasswordOnPasswordChange: bool


class ApplicationFormConfiguration(TypedDict, total=False):
    adminRegistrationFormId: Uuid
    selfServiceFormConfiguration: SelfServiceFormConfiguration
    selfServiceFormId: Uuid


class MultiFactorEmailTemplate(TypedDict, total=False):
    templateId: Uuid


class MultiFactorSMSTemplate(TypedDict, total=False):
    templateId: Uuid


class MultiFactorVoiceTemplate(TypedDict, total=False):
    templateId: Uuid


class ApplicationMultiFactorConfiguration(TypedDict, total=False):
    email: MultiFactorEmailTemplate
    loginPolicy: MultiFactorLoginPolicy
    sms: MultiFactorSMSTemplate
    trustPolicy: ApplicationMultiFactorTrustPolicy
    voice: MultiFactorVoiceTemplate


class PasswordlessConfiguration(TypedDict, total=False):
    emailLoginStrategy: PasswordlessStrategy
    phoneLoginStrategy: PasswordlessStrategy
    enabled: bool


class ApplicationPhoneConfiguration(TypedDict, total=False):
    forgotPasswordTemplateId: Uuid
    identityUpdateTemplateId: Uuid
    loginIdInUseOnCreateTemplateId: Uuid
    loginIdInUseOnUpdateTemplateId: Uuid
    loginNewDeviceTemplateId: Uuid
    loginSuspiciousTemplateId: Uuid
    passwordResetSuccessTemplateId: Uuid
    passwordUpdateTemplateId: Uuid
    passwordlessTemplateId: Uuid
    setPasswordTemplateId: Uuid
    twoFactorMethodAddTemplateId: Uuid
    twoFactorMethodRemoveTemplateId: Uuid
    verificationCompleteTemplateId: Uuid
    verificationTemplateId: Uuid


class ApplicationRegistrationConfiguration(TypedDict, total=False):
    birthDate: Requirable
    completeRegistration: bool
    confirmPassword: bool
    firstName: Requirable
    formId: Uuid
    fullName: Requirable
    lastName: Requirable
    loginIdType: LoginIdType
    middleName: Requirable
    mobilePhone: Requirable
    preferredLanguages: Requirable
    type: RegistrationType
    enabled: bool


class ApplicationRegistrationDeletePolicy(TypedDict, total=False):
    unverified: TimeBasedDeletePolicy


class SAMLv2AssertionEncryptionConfiguration(TypedDict, total=False):
    digestAlgorithm: str
    encryptionAlgorithm: str
    keyLocation: str
    keyTransportAlgorithm: str
    keyTransportEncryptionKeyId: Uuid
    maskGenerationFunction: str
    enabled: bool


class SAMLv2IdPInitiatedLoginConfiguration(TypedDict, total=False):
    nameIdFormat: str
    enabled: bool


class LoginHintConfiguration(TypedDict, total=False):
    parameterName: str
    enabled: bool


class SAMLv2SingleLogout(TypedDict, total=False):
    keyId: Uuid
    url: Url
    xmlSignatureC14nMethod: CanonicalizationMethod
    enabled: bool


class SAMLv2Logout(TypedDict, total=False):
    behavior: SAMLLogoutBehavior
    defaultVerificationKeyId: Uuid
    keyId: Uuid
    requireSignedRequests: bool
    singleLogout: SAMLv2SingleLogout
    xmlSignatureC14nMethod: CanonicalizationMethod


class SAMLv2Configuration(TypedDict, total=False):
    assertionEncryptionConfiguration: SAMLv2AssertionEncryptionConfiguration
    audience: str
    authorizedRedirectURLs: list[Url]
    debug: bool
    defaultVerificationKeyId: Uuid
    initiatedLogin: SAMLv2IdPInitiatedLoginConfiguration
    issuer: str
    keyId: Uuid
    loginHintConfiguration: LoginHintConfiguration
    logout: SAMLv2Logout
    logoutURL: Url
    requireSignedRequests: bool
    xmlSignatureC14nMethod: CanonicalizationMethod
    xmlSignatureLocation: XMLSignatureLocation
    callbackURL: Url
    enabled: bool


class UniversalApplicationConfiguration(TypedDict, total=False):
    universal: bool


class RegistrationUnverified(TypedDict, total=False):
    behavior: UnverifiedBehavior


class ApplicationWebAuthnWorkflowConfiguration(TypedDict, total=False):
    enabled: bool


class ApplicationWebAuthnConfiguration(TypedDict, total=False):
    bootstrapWorkflow: ApplicationWebAuthnWorkflowConfiguration
    reauthenticationWorkflow: ApplicationWebAuthnWorkflowConfiguration
    enabled: bool


class ApplicationOAuthScope(TypedDict, total=False):
    applicationId: Uuid
    data: Json
    defaultConsentDetail: str
    defaultConsentMessage: str
    description: str
    id: Uuid
    insertInstant: Instant
    lastUpdateInstant: Instant
    name: str
    required: bool


class ProvidedScopePolicy(TypedDict, total=False):
    address: Requirable
    email: Requirable
    phone: Requirable
    profile: Requirable
