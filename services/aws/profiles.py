"""The profiles in the person's AWS configuration, read as botocore reads them; nobody is asked."""

from services.aws.failures import aws_errors


def aws_profiles() -> dict[str, str]:
    """Every AWS profile with its region, empty where it has none. Raises ConfigurationError for an unreadable file."""
    import botocore.session

    with aws_errors():
        found = botocore.session.get_session().full_config.get("profiles", {})
    return {str(name): str(content.get("region", "")) for name, content in found.items()}
