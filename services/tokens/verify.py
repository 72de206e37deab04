"""The signature of a JWT, checked with RSASSA-PKCS1-v1_5 or RSASSA-PSS (RFC 7518, sections 3.3 and 3.5)."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

from services.tokens.decode import DecodedToken

_PKCS1 = {"RS256": SHA256(), "RS384": SHA384(), "RS512": SHA512()}
_PSS = {"PS256": SHA256(), "PS384": SHA384(), "PS512": SHA512()}
_METHODS = {name: (PKCS1v15(), digest) for name, digest in _PKCS1.items()} | {
    name: (PSS(MGF1(digest), PSS.DIGEST_LENGTH), digest) for name, digest in _PSS.items()
}

ALGORITHMS = frozenset(_PKCS1)
PSS_ALGORITHMS = frozenset(_PSS)


def is_signed_by(token: DecodedToken, key: RSAPublicKey) -> bool:
    """Whether `key` made the token's signature with the RSA algorithm its header names; False for any other algorithm.

    Raises MalformedToken when the signature segment is not base64url.
    """
    algorithm = token.header.get("alg")
    method = _METHODS.get(algorithm) if isinstance(algorithm, str) else None
    if method is None:
        return False
    try:
        key.verify(token.signature, token.signing_input, *method)
    except InvalidSignature:
        return False
    return True
