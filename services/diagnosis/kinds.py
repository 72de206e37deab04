"""Which kind of token this is: an ID token or a refresh token, by what only these carry."""

from services.diagnosis.examination import Examination

_ACCESS_TYPES = ("at+jwt", "application/at+jwt")  # RFC 9068, section 2.1
_ID_TELLS = ("nonce", "at_hash", "c_hash")  # OpenID Connect Core 1.0, sections 2 and 3.3.2.11


def is_id_token(case: Examination) -> bool:
    """Whether the token is an ID token: by its provider's own marks, or by those of OpenID Connect."""
    if not case.claims or str(case.header.get("typ", "")).lower() in _ACCESS_TYPES:
        return False
    provider = case.provider
    if provider:
        if any(tell.fits(case.header, case.claims) for tell in provider.access_token):
            return False
        if any(tell.fits(case.header, case.claims) for tell in provider.id_token):
            return True
    return any(name in case.claims for name in _ID_TELLS) and "scope" not in case.claims


def is_refresh_token(case: Examination) -> bool:
    """Whether the token is a refresh token in the form of a JWT."""
    provider = case.provider
    return provider is not None and any(tell.fits(case.header, case.claims) for tell in provider.refresh_token)
