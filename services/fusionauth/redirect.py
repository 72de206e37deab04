"""A redirect URL that an application has for the length of one login."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from services.errors import ConfigurationError, GatelightError, RemoteError
from services.fusionauth.client import FusionAuth

FOLDER = "/gatelight/"  # every redirect URL of ours lies below it, under a name of its own


@contextmanager
def registered(client: FusionAuth, application_id: str, tenant_id: str, url: str) -> Iterator[None]:
    """Add `url` to the application's redirect URLs and take it away again, however the block ends.

    The caller holds the port of `url`, so URLs of ours with the same port belong to a login that crashed: they go too.
    """
    address = urlsplit(url).netloc
    ours = f"http://{address}{FOLDER}"
    before = _read(client, application_id, tenant_id)
    kept = [known for known in before if not known.startswith(ours)]
    _write(client, application_id, tenant_id, [*kept, url])
    try:
        yield
    finally:
        _remove(client, application_id, tenant_id, url)


def _remove(client: FusionAuth, application_id: str, tenant_id: str, url: str) -> None:
    try:
        now = _read(client, application_id, tenant_id)
        _write(client, application_id, tenant_id, [known for known in now if known != url])
    except GatelightError as error:
        raise RemoteError(
            f'The redirect URL "{url}" could not be taken from the application again. {error.message}',
            "The next login through a browser takes it away, and gatelight down the whole application.",
        ) from None


def _read(client: FusionAuth, application_id: str, tenant_id: str) -> list[str]:
    application = client.application(application_id, tenant_id)
    if application is None:
        raise ConfigurationError("The application is gone from FusionAuth.", "Provision it again: gatelight up.")
    return application.oauth_configuration.authorized_redirect_urls


def _write(client: FusionAuth, application_id: str, tenant_id: str, urls: list[str]) -> None:
    client.change_application(application_id, tenant_id, {"oauthConfiguration": {"authorizedRedirectURLs": urls}})
