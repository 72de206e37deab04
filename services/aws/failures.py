"""AWS's errors, and boto3's own, in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.errors import ConfigurationError, GatelightError, RemoteError, Unreachable

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
DENIED = frozenset(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"))
_THROTTLED = frozenset(("Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"))
_DISCOVERY = "Caught exception when connecting to"


@contextmanager
def aws_errors(profile: str = "") -> Iterator[None]:
    """Turn what boto3 raises into the errors a person sees; `profile` is named where signing in again is the fix."""
    import botocore.exceptions as raised

    try:
        yield
    except raised.ClientError as error:
        raise in_words(error, profile) from None
    except (raised.NoCredentialsError, raised.PartialCredentialsError, raised.CredentialRetrievalError) as error:
        raise ConfigurationError(f"No usable AWS credentials: {error}.", _sign_in(profile)) from None
    except (raised.SSOTokenLoadError, raised.UnauthorizedSSOTokenError, raised.TokenRetrievalError) as error:
        raise ConfigurationError(f"The AWS sign-in is not valid any more: {error}.", _sign_in(profile)) from None
    except raised.ProfileNotFound as error:
        raise ConfigurationError(
            f'AWS has no profile "{error.kwargs.get("profile", profile)}" in its configuration.',
            "Correct aws.profile in the profile or AWS_PROFILE; `aws configure list-profiles` shows what there is.",
        ) from None
    except raised.NoRegionError:
        raise ConfigurationError("No AWS region is set.", "Set aws.region in the profile, or AWS_REGION.") from None
    except (raised.HTTPClientError, raised.ConnectionError) as error:
        endpoint = error.kwargs.get("endpoint_url", "AWS")
        raise Unreachable(
            f'AWS did not answer at "{endpoint}": {type(error).__name__}.', "Check the network, the region and proxies."
        ) from None
    except raised.BotoCoreError as error:
        raise RemoteError(f"boto3 could not make the call: {error}", "Check the AWS settings in the profile.") from None


def in_words(error: Exception, profile: str = "") -> GatelightError:
    """A botocore `ClientError` as an error a person can act on."""
    response = getattr(error, "response", {})
    code = str(response.get("Error", {}).get("Code", ""))
    message = str(response.get("Error", {}).get("Message", "")).strip()
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    operation = getattr(error, "operation_name", "the call")
    if code in _EXPIRED:
        return ConfigurationError(f"The AWS credentials have expired ({code}).", _sign_in(profile))
    if code in _BAD_KEY:
        reason = message.partition("\n")[0]  # below it AWS repeats the signed request, session token included
        return ConfigurationError(f"AWS does not accept the credentials ({code}): {reason}", _sign_in(profile))
    fix = "Correct what it names and run the step again."
    if code in DENIED:
        fix = (
            f"Ask for the permission to call {operation} (`gatelight policy` prints all that are needed), "
            "or use another AWS profile."
        )
    elif code in _THROTTLED:
        fix = "AWS limits how fast it is called: wait a little and run the step again."
    elif message.startswith(_DISCOVERY):
        fix = (
            "AWS reads the issuer's discovery document from the public internet at this very moment: "
            "check the tunnel, and the steps “tenant issuer” and “discovery contract”."
        )
    return RemoteError(f"AWS refused {operation} ({code}): {message}", fix, status=status, code=code)


def _sign_in(profile: str) -> str:
    suffix = f" --profile {profile}" if profile else ""
    return f"Sign in (`aws sso login{suffix}` or `aws configure{suffix}`), or set AWS_PROFILE, and try again."
