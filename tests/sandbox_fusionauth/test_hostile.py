"""Whatever JSON comes, the answer is one FusionAuth gives."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from services.sandbox.fusionauth.app import ROUTES
from tests.sandbox_fusionauth.conftest import Client

IDS = ["x", "3c219e58-ed0e-4b18-ad48-f4f92793ae32", "00000000-0000-0000-0000-000000000000"]
ROOTS = ["application", "tenant", "user", "registration", "key", "apiKey", "loginId", "refreshToken"]
NAMES = [
    *("name", "id", "email", "username", "password", "applicationId", "tenantId", "roles", "data", "issuer", "length"),
    *("algorithm", "permissions", "endpoints", "expirationInstant", "jwtConfiguration", "accessTokenKeyId", "enabled"),
    *("oauthConfiguration", "enabledGrants", "clientSecret", "loginConfiguration", "timeToLiveInSeconds", "metaData"),
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.sampled_from(["", "a@example.com", "password", "RS256", "ES256", "HS256", *IDS]) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=8,
)
ENDPOINTS = [(method, route) for route in ROUTES for method in sorted(route.methods or ()) if method != "HEAD"]
API = [(method, route) for method, route in ENDPOINTS if not route.path.startswith("/oauth2")]
OAUTH = [(method, route) for method, route in ENDPOINTS if route.path.startswith("/oauth2")]
PARAMETERS = [
    *("client_id", "client_secret", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce"),
    *("code_challenge", "code_challenge_method", "prompt", "locale", "tenantId", "grant_type", "code", "token"),
    *("code_verifier", "refresh_token", "expires_in", "username", "password", "id_token_hint", "loginId"),
    *("post_logout_redirect_uri", "csrf_token"),
]
FIELDS = st.sampled_from(["", "code", "openid", "authorization_code", "password", "refresh_token", *IDS]) | st.text()
CHECKED = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@CHECKED
@given(
    endpoint=st.sampled_from(API),
    path_id=st.sampled_from(IDS),
    body=st.dictionaries(st.sampled_from(ROOTS), VALUES, max_size=4),
)
def test_no_body_breaks_an_endpoint(
    fusionauth: Client, endpoint: tuple[str, Route], path_id: str, body: dict[str, object]
) -> None:
    method, route = endpoint
    path = route.path.format(**dict.fromkeys(route.param_convertors, path_id))
    response = fusionauth.call(method, path, None if method == "GET" else body)
    assert response.status_code in (200, 202, 400, 401, 404, 421)
    if response.status_code == 400:
        assert set(response.json()) <= {"fieldErrors", "generalErrors"}


@CHECKED
@given(
    endpoint=st.sampled_from(OAUTH),
    fields=st.dictionaries(st.sampled_from(PARAMETERS), FIELDS, max_size=8),
    header=st.none() | st.sampled_from(["Basic eDp5", "Basic", "Bearer x.y.z", "é", "Basic w6k6w6k="]),
)
def test_no_form_breaks_oauth(
    fusionauth: Client, endpoint: tuple[str, Route], fields: dict[str, str], header: str | None
) -> None:
    fusionauth.store.applications[IDS[1]].oauth_configuration.authorized_redirect_urls = ["x"]
    method, route = endpoint
    sent = {"params": fields} if method == "GET" else {"data": fields}
    response = fusionauth.using(header).call(method, route.path, **sent)
    assert response.status_code in (200, 302, 400, 401)
    if response.status_code != 302 and "json" in response.headers["content-type"]:
        assert {"error", "error_reason", "error_description"} <= set(response.json())
