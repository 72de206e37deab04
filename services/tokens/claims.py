"""What the members of a token mean: registered JWT claims, FusionAuth's own, and the header's.

Sources: RFC 7519 section 4.1, RFC 8693, OpenID Connect Core 1.0, RFC 7515 section 4.1, and FusionAuth's documentation
of its tokens.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """A claim's meaning: `short` for a table cell, `sentence` for a person who asks; `is_time` for NumericDates."""

    name: str
    short: str
    sentence: str
    is_time: bool = False


def _table(*meanings: Meaning) -> dict[str, Meaning]:
    return {meaning.name: meaning for meaning in meanings}


CLAIMS = _table(
    Meaning("iss", "who issued the token", "The gateway accepts it only if it equals the authorizer's issuer exactly."),
    Meaning(
        "aud",
        "for whom the token is",
        "The gateway wants one of the authorizer's audiences here; FusionAuth puts the application's id.",
    ),
    Meaning("exp", "when the token expires", "From this moment on the gateway refuses the token.", is_time=True),
    Meaning("nbf", "not valid before", "Before this moment the gateway refuses the token.", is_time=True),
    Meaning(
        "iat",
        "when the token was issued",
        "A moment in the future is refused: the issuer's clock is ahead.",
        is_time=True,
    ),
    Meaning("sub", "whom the token is about", "FusionAuth puts the user's id here, or the entity's for a machine."),
    Meaning("jti", "this token's own id", "Unique per token, so that a single token can be recognised or revoked."),
    Meaning(
        "client_id",
        "the client that asked for it",
        "The gateway compares it with the audiences, but only in a token without aud.",
    ),
    Meaning(
        "scope",
        "what the token allows",
        "A route with scopes asks for at least one of them; FusionAuth's OAuth tokens.",
    ),
    Meaning("scp", "what the token allows", "Some providers' name for scope; the gateway reads it as well."),
    Meaning("azp", "the authorized party", "The client the token was issued to; the gateway does not look at it."),
    Meaning("nonce", "ties the token to a login", "Repeats what the client sent, so that a replayed id token shows."),
    Meaning("auth_time", "when the user signed in", "Refreshing a token keeps it: it is the real login.", is_time=True),
    Meaning("amr", "how the user proved who", "Methods of authentication, for example a password and a second factor."),
    Meaning("sid", "the session", "FusionAuth's refresh token id: all tokens of one login share it."),
    Meaning("at_hash", "hash of the access token", "Ties an id token to the access token issued with it."),
    Meaning("c_hash", "hash of the authorization code", "Ties an id token to the code it was exchanged for."),
    Meaning("email", "the user's address", "FusionAuth leaves it out of access tokens under its strict scope policy."),
    Meaning("email_verified", "was the address verified", "Whether the user proved to own the e-mail address."),
    Meaning("preferred_username", "the user's login name", "A name to show; it may change and is no identifier."),
    Meaning("given_name", "the user's first name", "A profile claim of OpenID Connect."),
    Meaning("family_name", "the user's last name", "A profile claim of OpenID Connect."),
    Meaning("name", "the user's full name", "A profile claim of OpenID Connect."),
    Meaning("picture", "the user's picture", "A URL; a profile claim of OpenID Connect."),
    Meaning("locale", "the user's language", "A profile claim of OpenID Connect."),
    Meaning("birthdate", "the user's date of birth", "A profile claim of OpenID Connect."),
    Meaning("phone_number", "the user's phone number", "A claim of OpenID Connect's phone scope."),
    Meaning("applicationId", "the FusionAuth application", "Present only when the user is registered to it."),
    Meaning("roles", "roles in the application", "Names from the registration; the function gets them as “[a b]”."),
    Meaning("authenticationType", "how the user signed in", "For example PASSWORD, or REFRESH_TOKEN after a refresh."),
    Meaning("tid", "the FusionAuth tenant", "The id of the tenant that issued the token."),
    Meaning("tty", "the kind of token", "FusionAuth's mark for access and id tokens."),
    Meaning("permissions", "permissions on entities", "By entity id; in tokens of FusionAuth's client credentials."),
    Meaning("act", "who acts for the subject", "The actor of a token exchange."),
    Meaning("cnf", "the key bound to it", "Only the holder of that key may use the token."),
)

HEADER = _table(
    Meaning("alg", "how it was signed", "The gateway takes RSA signatures only: RS256, RS384 or RS512."),
    Meaning("kid", "which key signed it", "The gateway looks for a key of this name among the issuer's keys."),
    Meaning("typ", "what kind of object", "Always JWT, or at+jwt for access tokens of RFC 9068."),
    Meaning("gty", "how it was asked for", "FusionAuth's grant type, for example authorization_code."),
    Meaning("use", "what it is for", "FusionAuth's mark of a token for SCIM requests."),
    Meaning("crit", "members that must be understood", "Whether API Gateway honours it is not known."),
    Meaning("x5t", "thumbprint of the certificate", "Names the signing certificate by its SHA-1 hash."),
    Meaning("jku", "where a key set is", "Never followed: a token must not choose its own keys."),
    Meaning("x5u", "where a certificate is", "Never followed: a token must not choose its own keys."),
    Meaning("jwk", "a key brought along", "Never used: a token must not choose its own keys."),
)


def is_time(name: str) -> bool:
    """Whether a claim of that name is a moment in seconds since the epoch."""
    meaning = CLAIMS.get(name)
    return meaning is not None and meaning.is_time
