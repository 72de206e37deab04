"""What providers mean by the members of their tokens, where it is more, or something else, than the name says.

Another provider is one more table. Sources: Amazon Cognito developer guide, “Understanding user pool JSON web tokens”;
Auth0 documentation, “Access Tokens” and “JSON Web Token Claims”; Microsoft identity platform, “Access token claims
reference” and “ID token claims reference”; Keycloak server administration guide, “Client scopes”; Okta
developer documentation, “OpenID Connect & OAuth 2.0 API”; FusionAuth documentation, “JWTs and claims”.
"""

from services.tokens.claims import CLAIMS, HEADER, Meaning


def _table(*meanings: Meaning) -> dict[str, Meaning]:
    return {meaning.name: meaning for meaning in meanings}


PROVIDER_CLAIMS: dict[str, dict[str, Meaning]] = {
    "FusionAuth": _table(
        Meaning("aud", "the application's id", "The client the token was made for, if the user is registered to it."),
        Meaning("sub", "the user's id", "The same in every application of the tenant; an entity's id for a machine."),
    ),
    "Cognito": _table(
        Meaning("sub", "the user's id", "Stays the same when the user name changes; unique within the user pool."),
        Meaning("client_id", "the app client", "Access tokens have no aud: the gateway compares this one instead."),
        Meaning("aud", "the app client", "Only ID tokens have it; access tokens have client_id instead."),
        Meaning("token_use", "“access” or “id”", "Tells an access token from an ID token; the gateway does not look."),
        Meaning("username", "the user's name", "The user name in the pool; in access tokens."),
        Meaning("cognito:username", "the user's name", "The user name in the pool; in ID tokens."),
        Meaning("cognito:groups", "the user's groups", "Groups of the pool; the function gets them as “[a b]”."),
        Meaning("cognito:roles", "IAM roles of the groups", "What an identity pool may choose among."),
        Meaning("cognito:preferred_role", "the first group's role", "The IAM role of the group with precedence."),
        Meaning("identities", "the external login", "Who vouched for the user, where a federated login took place."),
        Meaning("origin_jti", "the login's own id", "All tokens of one login share it; revoking goes by it."),
        Meaning("event_id", "the login event", "Ties the token to an event of the pool's logs."),
        Meaning("device_key", "the remembered device", "Present where the pool remembers devices."),
        Meaning("version", "the token's version", "Cognito's number of the claim set."),
    ),
    "Auth0": _table(
        Meaning("aud", "the API's identifier", "A list when openid was asked for: the API, and Auth0's own /userinfo."),
        Meaning("azp", "the client", "The application that asked for the token; the gateway does not look at it."),
        Meaning("gty", "the grant", "For example client-credentials or password; absent after a browser login."),
        Meaning(
            "permissions",
            "RBAC permissions",
            "Only with “Add Permissions in the Access Token”; no scopes to the gateway.",
        ),
        Meaning("org_id", "the organization", "Present where the user logged in to an organization."),
        Meaning("org_name", "the organization's name", "Present only where the tenant adds it."),
        Meaning("sub", "the user's id", "Connection and id, as “auth0|…”; “CLIENT@clients” for a machine."),
    ),
    "Entra ID": _table(
        Meaning("aud", "the API's application", "A bare id in v2.0 tokens, its URI (api://…) in v1.0 tokens."),
        Meaning(
            "ver", "the token's version", "1.0 or 2.0: it decides the shape of iss and aud; the API's manifest sets it."
        ),
        Meaning("tid", "the Entra tenant", "The directory the user signed in to."),
        Meaning("oid", "the user's object id", "The same in every application of the directory."),
        Meaning("sub", "the user, for this API", "Differs from application to application; oid does not."),
        Meaning("azp", "the client", "The application that asked for the token, in v2.0 tokens."),
        Meaning("appid", "the client", "The application that asked for the token, in v1.0 tokens."),
        Meaning("azpacr", "how the client proved itself", "0 public client, 1 secret, 2 certificate."),
        Meaning("appidacr", "how the client proved itself", "0 public client, 1 secret, 2 certificate."),
        Meaning("scp", "delegated permissions", "What the user let the client do; the gateway reads it as scopes."),
        Meaning("roles", "application permissions", "App roles of the user or the client; no scopes to the gateway."),
        Meaning("wids", "directory roles", "Ids of the tenant-wide roles the user has."),
        Meaning("groups", "the user's groups", "Object ids; replaced by a pointer where there are too many."),
        Meaning("idtyp", "“app” for a machine", "Present where the token is an application's own."),
        Meaning("upn", "the user's sign-in name", "For people to read; it can change."),
        Meaning("unique_name", "the user's name", "For people to read, in v1.0 tokens; it can change."),
        Meaning("uti", "this token's own id", "What other providers call jti."),
        Meaning("xms_tcdt", "when the tenant was made", "An instant of the directory, not of the token.", is_time=True),
        Meaning("aio", "Microsoft's own", "Internal to Entra ID; nobody else can use it."),
        Meaning("rh", "Microsoft's own", "Internal to Entra ID; nobody else can use it."),
    ),
    "Keycloak": _table(
        Meaning("aud", "the resource", "Often only “account”: an audience mapper must add the API's client."),
        Meaning("azp", "the client", "The client that asked for the token; the gateway does not look at it."),
        Meaning(
            "typ", "the kind of token", "Bearer for an access token, ID for an ID token, Refresh for a refresh token."
        ),
        Meaning("realm_access", "roles of the realm", "An object: the function gets it as “map[roles:[…]]”."),
        Meaning("resource_access", "roles of clients", "Roles by client; the function gets it as “map[…]”."),
        Meaning("session_state", "the session", "Older Keycloak's name of sid."),
        Meaning("sid", "the session", "All tokens of one login share it."),
        Meaning("acr", "level of authentication", "1 after a login, 0 where the session of an earlier one was used."),
        Meaning("allowed-origins", "origins for CORS", "Where the client's web pages may come from."),
    ),
    "Okta": _table(
        Meaning("cid", "the client", "The application that asked for the token."),
        Meaning("uid", "the user's id", "Okta's own id of the user; sub is the login name."),
        Meaning("sub", "the user's login", "A name that may change; uid is the id. The client's id for a machine."),
        Meaning("scp", "what the token allows", "A list, not one string; the gateway reads it as scopes."),
        Meaning("ver", "the token's version", "Okta's number of the claim set."),
    ),
}


def meaning(name: str, provider: str | None = None, *, in_header: bool = False) -> Meaning | None:
    """What a member means in a token of that provider; None where nobody knows."""
    if in_header:
        return HEADER.get(name)
    return PROVIDER_CLAIMS.get(provider or "", {}).get(name) or CLAIMS.get(name)
