"""Keys that a person names (a file, or an address that answers with them), or that a token's issuer publishes."""

from pathlib import Path
from urllib.parse import urlsplit

from services.diagnosis.inspection import GivenKeys
from services.diagnosis.issuer_probe import TOKEN_REACH, Fetch, probe_issuer
from services.errors import ConfigurationError, RemoteError
from services.http import HttpClient
from services.tokens.key_files import LIMIT, read_keys
from services.tokens.keys import KeySet

SECONDS = 5.0  # for the whole answer
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def keys_from(place: str, http: HttpClient) -> GivenKeys:
    """Read keys from a file, or from an https address (http on loopback): no redirects, in `SECONDS`.

    Raises ConfigurationError for what holds no keys or cannot be read, RemoteError for an answer that is not 200.
    """
    if "://" in place:
        return GivenKeys(read_keys(_fetched(place, http)), place)
    path = Path(place)
    try:
        with path.open("rb") as file:
            content = file.read(LIMIT + 1)
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise ConfigurationError(f'The keys in "{place}" cannot be read: {reason}.', "Give a file or a URL.") from None
    return GivenKeys(read_keys(content), path.name)


def keys_of_issuer(issuer: str, fetch: Fetch = TOKEN_REACH.fetch) -> GivenKeys:
    """The keys of an issuer that a token names, as far as a name from a token may be asked. Raises nothing.

    Only with consent: whoever made the token chose the address. It must be public and https; no redirect is followed.
    """
    facts = probe_issuer(issuer, fetch)
    failure = facts.keys.failure
    if failure is not None:
        return GivenKeys(None, issuer, f"{failure.url}: {failure.detail}")
    return GivenKeys(KeySet(facts.keys.by_kid, facts.keys.skipped, kinds=facts.key_algorithms), issuer)


def _fetched(url: str, http: HttpClient) -> bytes:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ConfigurationError(f'Keys are not read from "{url}".', "Give an https:// address, or a file.")
    reply = http.send("GET", url, total_seconds=SECONDS)
    if reply.status != 200:
        raise RemoteError(f'"{url}" answered {reply.status}, not the keys.', "Give the address of the key set itself.")
    return reply.body
