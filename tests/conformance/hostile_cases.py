"""What nobody sends by accident, and claims that are not as they should be."""

import hashlib
import hmac
import zlib
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.gateway.verdict import Mark
from services.gateway.wordings import Cause
from tests.conformance.case import SCOPE, Build, TokenCase, bearer, changed_text, good, raw, shifted, sign_parts, signed
from tests.gateway.signing import AUDIENCE, EC_KID, KID, jwk, rsa_key, segment, sign

AUD = "the token does not have a valid audience"
OTHER_ISSUER = "issuer does not match"
EXPIRED = "the token has expired"
SIGNATURE = "crypto/rsa: verification error"
NO_KID, KID_UNKNOWN = "token has no kid", "kid not found"
UNAVAILABLE, UNSPECIFIED = "signing method (alg) is unavailable.", "signing method (alg) is unspecified."
DOC, OBS, INF = Mark.DOCUMENTED, Mark.OBSERVED, Mark.INFERRED


def forged(**header: Any) -> Build:
    """Signed by a key of the attacker's, whose whereabouts the header tells; `{issuer}` in it is the issuer's URL."""

    def build(issuer: str, now: float) -> str:
        told = {
            name: value.format(issuer=issuer) if isinstance(value, str) else value for name, value in header.items()
        }
        kid = told.pop("kid", KID)
        return f"Bearer {sign(good(issuer, now), key=rsa_key('attacker'), kid=kid, headers=told)}"

    return build


def hmac_with(secret: bytes, **header: Any) -> Build:
    """Key confusion: an HMAC whose secret everybody knows."""

    def build(issuer: str, now: float) -> str:
        unsigned = f"{segment({'alg': 'HS256', 'kid': KID, **header})}.{segment(good(issuer, now))}"
        return f"Bearer {unsigned}.{segment(hmac.new(secret, unsigned.encode(), hashlib.sha256).digest())}"

    return build


def headed(header: Any) -> Build:
    """A header of any kind over good claims, signed with RS256."""
    return raw(lambda text: text, header)


def with_member(member: bytes) -> Build:
    """The good claims with a raw member after all others."""
    return raw(lambda text: text[:-1] + b"," + member + b"}")


def signed_by_1024_bits(issuer: str, now: float) -> str:
    """By hand, since PyJWT warns of so short a key."""
    return f"Bearer {sign_parts({'alg': 'RS256', 'kid': 'rsa-1024'}, good(issuer, now), rsa_key('sized', 1024))}"


_DER = rsa_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
_ATTACKERS = jwk("attacker", rsa_key("attacker"))

_MISSING = (
    TokenCase("no claims at all", OBS, raw(lambda _: b"{}"), 401, Cause.ISSUER, OTHER_ISSUER),
    TokenCase("no jti, no typ", DOC, headed({"alg": "RS256", "kid": KID}), 200),
    TokenCase("no iat", INF, bearer(iat=None), 200),
    TokenCase("no scope and no scp", OBS, bearer(scope=None), 403, Cause.SCOPES, f"expected scopes: [{SCOPE}]"),
    TokenCase("null aud with client_id", DOC, with_member(b'"aud":null'), 401, Cause.AUDIENCE, AUD),
    TokenCase("null exp", INF, with_member(b'"exp":null'), 401, Cause.EXP_MISSING, EXPIRED),
    TokenCase("null iss", OBS, with_member(b'"iss":null'), 401, Cause.ISSUER, OTHER_ISSUER),
)
_KINDS = (
    TokenCase("iss as number", OBS, bearer(iss=7), 401, Cause.ISSUER, OTHER_ISSUER),
    TokenCase("iss as list", OBS, lambda i, n: bearer(iss=[i])(i, n), 401, Cause.ISSUER, OTHER_ISSUER),
    TokenCase("iss empty", OBS, bearer(iss=""), 401, Cause.ISSUER, OTHER_ISSUER),
    TokenCase("iss in upper case", OBS, lambda i, n: bearer(iss=i.upper())(i, n), 401, Cause.ISSUER, OTHER_ISSUER),
    TokenCase("iss with a blank", OBS, lambda i, n: bearer(iss=f"{i} ")(i, n), 401, Cause.ISSUER, OTHER_ISSUER),
    TokenCase("aud as number", DOC, bearer(aud=7), 401, Cause.AUDIENCE, AUD),
    TokenCase("aud as object", DOC, bearer(aud={"a": AUDIENCE}), 401, Cause.AUDIENCE, AUD),
    TokenCase("aud empty", DOC, bearer(aud=""), 401, Cause.AUDIENCE, AUD),
    TokenCase("aud as empty list", DOC, bearer(aud=[]), 401, Cause.AUDIENCE, AUD),
    TokenCase("aud list of other kinds", DOC, bearer(aud=[1, None, [AUDIENCE]]), 401, Cause.AUDIENCE, AUD),
    TokenCase("aud list of other kinds with a match", DOC, bearer(aud=[1, None, AUDIENCE]), 200),
    TokenCase("aud with a longer name", DOC, bearer(aud=f"{AUDIENCE}0"), 401, Cause.AUDIENCE, AUD),
    TokenCase("client_id as list", DOC, bearer(aud=None, client_id=[AUDIENCE]), 401, Cause.AUDIENCE, AUD),
    TokenCase("scope as list", INF, bearer(scope=["a", SCOPE]), 200),
    TokenCase("scp as list", INF, bearer(scope=None, scp=["a", SCOPE]), 200),
    TokenCase("scope as number", OBS, bearer(scope=7), 403, Cause.SCOPES),
    TokenCase("scope empty", OBS, bearer(scope=""), 403, Cause.SCOPES),
    TokenCase("scope in upper case", OBS, bearer(scope=SCOPE.upper()), 403, Cause.SCOPES),
    TokenCase("scope with a longer name", OBS, bearer(scope=f"{SCOPE}s x{SCOPE}"), 403, Cause.SCOPES),
    TokenCase("scp as empty list", OBS, bearer(scope=None, scp=[]), 403, Cause.SCOPES),
    TokenCase("scope without and scp with", INF, bearer(scope="openid", scp=SCOPE), 403, Cause.SCOPE_OVER_SCP),
)
_TIMES = (
    TokenCase("exp as string", INF, lambda i, n: bearer(exp=str(int(n) + 60))(i, n), 401, Cause.EXP_NOT_A_NUMBER),
    TokenCase("exp as true", INF, bearer(exp=True), 401, Cause.EXP_NOT_A_NUMBER, EXPIRED),
    TokenCase("exp as list", INF, lambda i, n: bearer(exp=[int(n) + 60])(i, n), 401, Cause.EXP_NOT_A_NUMBER),
    TokenCase("exp as float", INF, shifted(exp=60.5), 200),
    TokenCase("exp as float in the past", OBS, shifted(exp=-60.5), 401, Cause.EXPIRED, EXPIRED),
    TokenCase("exp negative", OBS, bearer(exp=-1), 401, Cause.EXPIRED, EXPIRED),
    TokenCase("exp zero", OBS, bearer(exp=0), 401, Cause.EXPIRED, EXPIRED),
    TokenCase("exp in the far future", DOC, bearer(exp=253_402_300_799), 200),
    TokenCase("exp of 400 digits", INF, bearer(exp=10**400), 200),
    TokenCase("exp beyond every float", INF, with_member(b'"exp":1e999'), 200),
    TokenCase("nbf as string", INF, bearer(nbf="soon"), 401, Cause.NBF_NOT_A_NUMBER),
    TokenCase("nbf negative", DOC, bearer(nbf=-1), 200),
    TokenCase("nbf as float in the past", INF, shifted(nbf=-0.5), 200),
    TokenCase("iat as object", INF, bearer(iat={}), 401, Cause.IAT_NOT_A_NUMBER),
    TokenCase("iat in the far future", DOC, bearer(iat=253_402_300_799), 401, Cause.IAT),
    TokenCase("iat negative", DOC, bearer(iat=-1), 200),
)
_DUPLICATES = (
    TokenCase("aud twice, the last one good", INF, raw(lambda t: b'{"aud":"x",' + t[1:]), 200),
    TokenCase("aud twice, the last one bad", DOC, with_member(b'"aud":"x"'), 401, Cause.AUDIENCE, AUD),
    TokenCase("exp twice, the last one past", OBS, with_member(b'"exp":1'), 401, Cause.EXPIRED, EXPIRED),
    TokenCase("alg twice, none and RS256", INF, headed(f'{{"alg":"none","alg":"RS256","kid":"{KID}"}}'.encode()), 200),
    TokenCase(
        "alg twice, RS256 and none",
        DOC,
        headed(f'{{"alg":"RS256","alg":"none","kid":"{KID}"}}'.encode()),
        401,
        Cause.ALGORITHM,
        "signing method none is invalid",
    ),
)
_SIZES_AND_TEXTS = (
    TokenCase("6,000 characters of claims", DOC, bearer(large="x" * 6_000), 200),
    TokenCase("more than a header may have", DOC, bearer(large="x" * 12_000), 200, http_status=431),
    TokenCase("claims 200 deep", DOC, with_member(b'"a":' + b"[" * 200 + b"]" * 200), 200),
    TokenCase("claims 2,500 deep", INF, with_member(b'"a":' + b"[" * 2_500 + b"]" * 2_500), 401, Cause.JSON),
    TokenCase("claims beyond ASCII", DOC, bearer(name="Zoë 😀 \u202e", sub="user-1"), 200),
    TokenCase("claims that are not UTF-8", INF, with_member(b'"name":"\xff\xfe"'), 200),
    TokenCase("a claim named beyond ASCII", DOC, bearer(**{"näme\n": "x"}), 200),
    TokenCase("kid that is not UTF-8", DOC, headed(b'{"alg":"RS256","kid":"\xff"}'), 401, Cause.KID_UNKNOWN),
    TokenCase("letters beyond ASCII", INF, changed_text(lambda t: f"Bearer é{t}"), 401, Cause.BASE64),
    TokenCase("claims as a list", INF, raw(lambda _: b"[]"), 401, Cause.NOT_AN_OBJECT),
    TokenCase("claims as null", INF, raw(lambda _: b"null"), 401, Cause.NOT_AN_OBJECT),
    TokenCase("claims cut off", INF, raw(lambda t: t[:-1]), 401, Cause.JSON_END, "unexpected end of JSON input"),
    TokenCase("claims with NaN", INF, with_member(b'"a":NaN'), 401, Cause.JSON),
    TokenCase("header as text", INF, headed("RS256"), 401, Cause.NOT_AN_OBJECT),
)
_SPELLINGS = (
    TokenCase("Bearer alone", OBS, lambda _i, _n: "Bearer", 401, Cause.SEGMENTS),
    TokenCase("Basic credentials", OBS, lambda _i, _n: "Basic dXNlcjpwYXNz", 401, Cause.SEGMENTS),
    TokenCase("five segments, as of a JWE", OBS, lambda _i, _n: "Bearer e30.a.b.c.d", 401, Cause.SEGMENTS),
    TokenCase("three empty segments", INF, lambda _i, _n: "Bearer ..", 401, Cause.JSON_END),
    TokenCase("Bearer twice", INF, changed_text(lambda t: f"Bearer Bearer {t}"), 401, Cause.BEARER_IN_TOKEN),
    TokenCase("BEARER", INF, changed_text(lambda t: f"BEARER {t}"), 401, Cause.LOWER_CASE_BEARER),
    TokenCase("two blanks after Bearer", INF, changed_text(lambda t: f"Bearer  {t}"), 401, Cause.BASE64),
    TokenCase("a tab after Bearer", INF, changed_text(lambda t: f"Bearer\t{t}"), 401, Cause.BASE64),
    TokenCase("another scheme", INF, changed_text(lambda t: f"Token {t}"), 401, Cause.BASE64),
    TokenCase(
        "a line end in the token",
        INF,
        changed_text(lambda t: f"Bearer {t[:9]}\n{t[9:]}"),
        401,
        Cause.BASE64,
        http_status=0,
    ),
    TokenCase("padding after the signature", INF, changed_text(lambda t: f"Bearer {t}=="), 200),
    TokenCase(
        "padding after signed claims",
        OBS,
        changed_text(lambda t: "Bearer {}.{}=.{}".format(*t.split("."))),
        401,
        Cause.SIGNATURE,
    ),
    TokenCase(
        "standard base64 in the signature",
        INF,
        changed_text(lambda t: f"Bearer {t[:-2]}+/"),
        401,
        Cause.SIGNATURE_BASE64,
    ),
    TokenCase(
        "no signature", OBS, changed_text(lambda t: f"Bearer {t.rpartition('.')[0]}."), 401, Cause.SIGNATURE, SIGNATURE
    ),
)
_ALGORITHMS = (
    TokenCase("RS384", DOC, signed(algorithm="RS384"), 200),
    TokenCase("RSA key of 1024 bits", INF, signed_by_1024_bits, 200),
    TokenCase("RSA key of 4096 bits", DOC, signed(key=rsa_key("sized", 4096), kid="rsa-4096"), 200),
    TokenCase("no alg", INF, headed({"kid": KID}), 401, Cause.ALGORITHM_UNSPECIFIED, UNSPECIFIED),
    TokenCase(
        "alg as list", INF, headed({"alg": ["RS256"], "kid": KID}), 401, Cause.ALGORITHM_UNSPECIFIED, UNSPECIFIED
    ),
    TokenCase("alg nOnE", INF, headed({"alg": "nOnE", "kid": KID}), 401, Cause.ALGORITHM_UNAVAILABLE, UNAVAILABLE),
    TokenCase("alg in lower case", INF, headed({"alg": "rs256", "kid": KID}), 401, Cause.ALGORITHM_UNAVAILABLE),
    TokenCase("alg EdDSA", INF, headed({"alg": "EdDSA", "kid": KID}), 401, Cause.ALGORITHM_UNAVAILABLE),
    TokenCase("alg that splits the header", INF, headed({"alg": 'R"\r\nX: y'}), 401, Cause.ALGORITHM_UNAVAILABLE),
    TokenCase("RS512 that was signed as RS256", OBS, headed({"alg": "RS512", "kid": KID}), 401, Cause.SIGNATURE),
    TokenCase("HS256 with the key's DER", DOC, hmac_with(_DER), 401, Cause.ALGORITHM),
    TokenCase("HS256 with no secret", DOC, hmac_with(b""), 401, Cause.ALGORITHM),
    TokenCase("an HMAC that says RS256", OBS, hmac_with(_DER, alg="RS256"), 401, Cause.SIGNATURE, SIGNATURE),
    TokenCase("RS256 with the kid of an EC key", DOC, signed(kid=EC_KID), 401, Cause.KID_UNKNOWN, KID_UNKNOWN),
)
_HEADERS = (
    TokenCase("crit", INF, headed({"alg": "RS256", "kid": KID, "crit": ["exp"]}), 401, Cause.CRITICAL_HEADER),
    TokenCase(
        "b64 false and crit",
        INF,
        headed({"alg": "RS256", "kid": KID, "b64": False, "crit": ["b64"]}),
        401,
        Cause.CRITICAL_HEADER,
    ),
    TokenCase("b64 false alone", INF, headed({"alg": "RS256", "kid": KID, "b64": False}), 200),
    TokenCase("zip that is not true", INF, headed({"alg": "RS256", "kid": KID, "zip": "DEF"}), 200),
    TokenCase("zip that is true", INF, raw(zlib.compress, {"alg": "RS256", "kid": KID, "zip": "DEF"}), 401, Cause.JSON),
    TokenCase("a key brought along (jwk)", OBS, forged(jwk=_ATTACKERS), 401, Cause.SIGNATURE, SIGNATURE),
    TokenCase("a key brought along, named by kid", DOC, forged(jwk=_ATTACKERS, kid="attacker"), 401, Cause.KID_UNKNOWN),
    TokenCase("a certificate brought along (x5c)", OBS, forged(x5c=["MIIB"]), 401, Cause.SIGNATURE, SIGNATURE),
    TokenCase("a key set elsewhere (jku)", OBS, forged(jku="{issuer}/trap"), 401, Cause.SIGNATURE, SIGNATURE),
    TokenCase("a certificate elsewhere (x5u)", OBS, forged(x5u="{issuer}/trap"), 401, Cause.SIGNATURE, SIGNATURE),
    TokenCase("kid as a URL", DOC, forged(kid="{issuer}/trap"), 401, Cause.KID_UNKNOWN, KID_UNKNOWN),
    TokenCase("kid as a path", DOC, forged(kid="../../../../dev/null"), 401, Cause.KID_UNKNOWN, KID_UNKNOWN),
    TokenCase("kid as SQL", DOC, forged(kid="' OR 1=1 --"), 401, Cause.KID_UNKNOWN, KID_UNKNOWN),
    TokenCase("kid empty", DOC, headed({"alg": "RS256", "kid": ""}), 401, Cause.KID_MISSING, NO_KID),
    TokenCase("kid as number", DOC, headed({"alg": "RS256", "kid": 7}), 401, Cause.KID_MISSING, NO_KID),
    TokenCase("kid in upper case", DOC, headed({"alg": "RS256", "kid": KID.upper()}), 401, Cause.KID_UNKNOWN),
)

HOSTILE = _MISSING + _KINDS + _TIMES + _DUPLICATES + _SIZES_AND_TEXTS + _SPELLINGS + _ALGORITHMS + _HEADERS
