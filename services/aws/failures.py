"""AWS's errors, and boto3's own, in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.aws.advice import sign_in_advice
from services.aws.regions import known_regions, nearest_region
from services.aws.sign_in_failures import sign_in_failure
from services.errors import ConfigurationError, GatelightError, RemoteError, Unreachable
from services.tls import tls_failure

_EXPIRED = frozenset(("ExpiredToken", "ExpiredTokenException", "RequestExpired"))
_BAD_KEY = frozenset(
    (
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "InvalidAccessKeyId",
        "AuthFailure",
    )
)
_UNKNOWN_KEY = frozenset(("InvalidClientTokenId", "UnrecognizedClientException"))
DENIED = frozenset(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"))
_THROTTLED = frozenset(("Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"))
_DISCOVERY = "Caught exception when connecting to"


@contextmanager
def aws_errors(profile: str = "", region: str = "") -> Iterator[None]:
    """Turn what boto3 raises into the errors a person sees; `profile` is named where signing in again is the fix.

    Raises botocore's RefreshWithMFAUnsupportedError as it is: whoever holds the sign-in has to begin it anew.
    """
    import botocore.exceptions as raised
    from botocore.parsers import ResponseParserError

    try:
        yield
    except raised.ClientError as error:
        raise in_words(error, profile) from None
    except raised.RefreshWithMFAUnsupportedError:
        raise
    except ResponseParserError:
        raise Unreachable(
            "AWS's answer ended in its middle, or it is not AWS's.", "Check the network, the region and proxies."
        ) from None
    except raised.BotoCoreError as error:
        raise sign_in_failure(error, profile) or _call_failure(error, region) from None


def in_words(error: Exception, profile: str = "") -> GatelightError:
    """A botocore `ClientError` as an error a person can act on; AWS's request id is kept in it."""
    response = getattr(error, "response", {})
    code = str(response.get("Error", {}).get("Code", ""))
    message = str(response.get("Error", {}).get("Message", "")).strip()
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    request_id = str(response.get("ResponseMetadata", {}).get("RequestId", ""))
    operation = getattr(error, "operation_name", "the call")
    if code in _EXPIRED:
        return ConfigurationError(f"The AWS credentials have expired ({code}).", sign_in_advice(profile))
    if code in _BAD_KEY:
        reason = message.partition("\n")[0]  # below it AWS repeats the signed request, session token included
        fix = sign_in_advice(profile)
        if code in _UNKNOWN_KEY:
            fix = f"{fix.rstrip('.')}. Keys of China, GovCloud or the Sovereign Cloud count in their own regions only."
        return ConfigurationError(f"AWS does not accept the credentials ({code}): {reason}", fix)
    if operation == "AssumeRole" and "MultiFactorAuthentication" in message:
        return ConfigurationError(
            f"AWS does not take the MFA code: {message}",
            "Wait for the device's next code and try again; a code is good for one sign-in only.",
        )
    fix = _advice(code, operation, message)
    if request_id:
        message = f"{message.rstrip('.')}. Request id: {request_id}"
    return RemoteError(f"AWS refused {operation} ({code}): {message}", fix, status=status, code=code)


def _call_failure(error: Exception, region: str) -> GatelightError:
    """Why a call did not come about."""
    import botocore.exceptions as raised

    match error:
        case raised.NoRegionError():
            return ConfigurationError("No AWS region is set.", "Set aws.region in the profile, or AWS_REGION.")
        case raised.SSLError():
            told, fix = tls_failure(_endpoint(error).rstrip("/"), error.kwargs.get("error", error))
            return Unreachable(told, fix.replace("REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE"))
        case raised.HTTPClientError() | raised.ConnectionError():
            nearest = nearest_region(region) if region and region not in known_regions() else ""
            fix = f'Correct the region: did you mean "{nearest}"?' if nearest else ""
            return Unreachable(
                f'AWS did not answer at "{_endpoint(error)}": {type(error).__name__}.',
                fix or "Check the network, the region and proxies.",
            )
    return RemoteError(f"boto3 could not make the call: {error}", "Check the AWS settings in the profile.")


def _advice(code: str, operation: str, message: str) -> str:
    if operation == "GetRoleCredentials" and code == "ForbiddenException":
        return "The sign-in is good, but not for this account and role: correct sso_account_id and sso_role_name."
    if code in DENIED and operation == "AssumeRole":
        return "The role must trust who assumes it, and that one must be allowed to: correct role_arn, or ask for it."
    if code in DENIED:
        return (
            f"Ask for the permission to call {operation} (`gatelight policy` prints all that are needed), "
            "or use another AWS profile."
        )
    if code in _THROTTLED:
        return "AWS limits how fast it is called: wait a little and run the step again."
    if message.startswith(_DISCOVERY):
        return (
            "AWS reads the issuer's discovery document from the public internet at this very moment: "
            "check the tunnel, and the steps “tenant issuer” and “discovery contract”."
        )
    return "Correct what it names and run the step again."


def _endpoint(error: Exception) -> str:
    return str(getattr(error, "kwargs", {}).get("endpoint_url", "AWS"))
