"""Why a sign-in to AWS did not come about, in words, with the command that mends it."""

from services.aws.advice import sign_in_advice
from services.errors import ConfigurationError


def sign_in_failure(error: Exception, profile: str) -> ConfigurationError | None:
    """An error of botocore's as one that a person can act on; None for one that is not about signing in."""
    import botocore.exceptions as raised

    told = " ".join(str(error).split()).rstrip(".")
    match error:
        case raised.CredentialRetrievalError():
            provider, problem = error.kwargs.get("provider", ""), str(error.kwargs.get("error_msg", "")).strip(" .")
            return ConfigurationError(f"No AWS credentials from {provider}: {problem}.", sign_in_advice(profile))
        case raised.NoCredentialsError() | raised.PartialCredentialsError():
            return ConfigurationError(f"No usable AWS credentials: {told}.", sign_in_advice(profile))
        case raised.SSOError() | raised.TokenRetrievalError() | raised.LoginError():
            return ConfigurationError(f"The AWS sign-in is not valid any more: {told}.", sign_in_advice(profile))
        case raised.MissingDependencyException():
            option = f" --profile {profile}" if profile else ""
            return ConfigurationError(
                "This way to sign in to AWS needs botocore's extra crt, which is not installed.",
                f'Hand the credentials over: eval "$(aws configure export-credentials{option} --format env)"',
            )
        case raised.ProfileNotFound():
            return ConfigurationError(
                f'AWS has no profile "{error.kwargs.get("profile", profile)}" in its configuration.',
                "Correct aws.profile in the profile or AWS_PROFILE; `aws configure list-profiles` shows what there is.",
            )
        case raised.ConfigParseError() | raised.ConfigNotFound() | raised.InvalidConfigError():
            return ConfigurationError(f"The AWS configuration cannot be used: {told}.", "Correct ~/.aws/config.")
    return None
