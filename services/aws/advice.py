"""Which command signs in again: it depends on how the AWS profile signs in at all.

Only the person's AWS configuration is read, as botocore reads it; nobody is asked.
"""

import os
from collections.abc import Mapping
from typing import Any

_CHAIN = 5  # source profiles followed, far above what anybody nests
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def sign_in_advice(profile: str = "", environment: Mapping[str, str] = os.environ) -> str:
    """What to do when the sign-in of an AWS profile (empty: boto3's own choice) does not work any more."""
    if not profile and environment.get(_KEYS[0]):
        names = ", ".join(name for name in _KEYS if environment.get(name))
        return f"They come from the environment ({names}): set new ones, or unset them to use an AWS profile."
    name, entry = _signing_profile(profile or _chosen(environment))
    option = "" if name == "default" else f" --profile {name}"
    if "sso_session" in entry or "sso_start_url" in entry:
        session = f' (sso-session "{entry["sso_session"]}")' if "sso_session" in entry else ""
        return f"Sign in again{session}: aws sso login{option}"
    if "login_session" in entry:
        return f"Sign in again: aws login{option}"
    if "credential_process" in entry:
        program = str(entry["credential_process"]).partition(" ")[0]
        return f'Look at what credential_process of the AWS profile "{name}" says: it runs {program}.'
    if "web_identity_token_file" in entry:
        return f'Renew the token in {entry["web_identity_token_file"]}, which the AWS profile "{name}" signs in with.'
    if "aws_access_key_id" in entry:
        return f"Set new keys: aws configure{option}"
    return f"Sign in (`aws sso login{option}` or `aws configure{option}`), or set AWS_PROFILE, and try again."


def _chosen(environment: Mapping[str, str]) -> str:
    """The profile that botocore takes where none is named."""
    return environment.get("AWS_DEFAULT_PROFILE") or environment.get("AWS_PROFILE") or "default"


def _signing_profile(name: str) -> tuple[str, Mapping[str, Any]]:
    """The profile whose sign-in counts: the source of those that assume a role."""
    import botocore.session
    from botocore.exceptions import BotoCoreError

    try:
        profiles = botocore.session.get_session().full_config.get("profiles", {})
    except BotoCoreError:
        return name, {}
    for _ in range(_CHAIN):
        entry: Mapping[str, Any] = profiles.get(name, {})
        if "role_arn" not in entry or entry.get("source_profile", name) == name:
            break
        name = entry["source_profile"]
    return name, profiles.get(name, {})
