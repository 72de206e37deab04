"""The signature of a JWT, checked with RSASSA-PKCS1-v1_5 (RFC 7518, section 3.3) and nothing else."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

from services.tokens.decode import DecodedToken

_PADDING = PKCS1v15()
_HASHES = {"RS256": SHA256(), "RS384": SHA384(), "RS512": SHA512()}

ALGORITHMS = frozenset(_HASHES)


def is_signed_by(token: DecodedToken, key: RSAPublicKey) -> bool:
    """Whether `key` made the token's signature with the RS algorithm its header names; False for any other algorithm.

    Raises MalformedToken when the signature segment is not base64url.
    """
    algorithm = token.header.get("alg")
    digest = _HASHES.get(algorithm) if isinstance(algorithm, str) else None
    if digest is None:
        return False
    try:
        key.verify(token.signature, token.signing_input, _PADDING, digest)
    except InvalidSignature:
        return False
    return True
