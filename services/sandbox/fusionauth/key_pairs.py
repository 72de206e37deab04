"""Making signing keys: RSA, EC and Ed25519 pairs with their certificate and JWKS entry, and HMAC secrets."""

import base64
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from services.sandbox.fusionauth.certificates import Certificate, PrivateKey, self_signed
from services.sandbox.fusionauth.models.key import Key

RSA_LENGTHS = (2048, 3072, 4096)
TYPES = {"RS": "RSA", "ES": "EC", "HS": "HMAC", "Ed": "OKP"}
ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "HS256", "HS384", "HS512", "Ed25519")
_CURVES: dict[str, ec.EllipticCurve] = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key of the Key Master: what is shown of it, what signs, and its JWKS entry if it has a public half.

    `secret` is None for the one HMAC key that stands for "the client secret of the application".
    """

    key: Key
    secret: PrivateKey | bytes | None
    jwk: dict[str, Any] | None = None

    @property
    def public(self) -> Any:
        """What verifies a signature made with this key."""
        return self.secret if isinstance(self.secret, bytes | None) else self.secret.public_key()


def rsa_private_key(length: int) -> rsa.RSAPrivateKey:
    """A new RSA key of that many bits, with the usual exponent."""
    return rsa.generate_private_key(public_exponent=65537, key_size=length)


def generate(*, algorithm: str, key_id: str, name: str, length: int | None, issuer: str, instant: int) -> SigningKey:
    """Generate a key. An RSA pair takes 40 ms to half a second: call it off the event loop."""
    if TYPES[algorithm[:2]] == "HMAC":
        return hmac_key(algorithm=algorithm, key_id=key_id, name=name, instant=instant)
    private_key: PrivateKey
    match algorithm[:2]:
        case "RS":
            private_key = rsa_private_key(length or RSA_LENGTHS[0])
            length = private_key.key_size
        case "ES":
            private_key = ec.generate_private_key(_CURVES[algorithm])
            length = private_key.curve.key_size
        case _:
            private_key = ed25519.Ed25519PrivateKey.generate()
            length = 32
    certificate = self_signed(private_key, algorithm=algorithm, key_id=key_id, issuer=issuer, instant=instant)
    public = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = Key(
        id=key_id,
        name=name,
        algorithm=algorithm,
        type=TYPES[algorithm[:2]],
        kid=certificate.information.sha1_thumbprint,
        insert_instant=instant,
        last_update_instant=instant,
        certificate=certificate.pem,
        certificate_information=certificate.information,
        expiration_instant=certificate.information.valid_to,
        has_private_key=True,
        issuer=issuer,
        length=length,
        public_key=public.decode().strip(),
    )
    return SigningKey(key, private_key, _jwk(private_key, key, certificate))


def hmac_key(
    *, algorithm: str, key_id: str, name: str, instant: int, kid: str = "", client_secret: bool = False
) -> SigningKey:
    """A random HMAC key as long as its hash; with `client_secret`, the one that stands for client secrets."""
    key = Key(
        id=key_id,
        name=name,
        algorithm=algorithm,
        type="HMAC",
        kid=kid or secrets.token_hex(5),
        insert_instant=instant,
        last_update_instant=instant,
    )
    return SigningKey(key, None if client_secret else secrets.token_bytes(int(algorithm[2:]) // 8))


def _jwk(private_key: PrivateKey, key: Key, certificate: Certificate) -> dict[str, Any]:
    """The JWKS entry: the public numbers and the certificate's forms (RFC 7517 §4)."""
    public = private_key.public_key()
    match public:
        case rsa.RSAPublicKey():
            numbers = RSAAlgorithm.to_jwk(public, as_dict=True)
        case ec.EllipticCurvePublicKey():
            numbers = ECAlgorithm.to_jwk(public, as_dict=True)
        case _:
            numbers = OKPAlgorithm.to_jwk(public, as_dict=True)
    entry: dict[str, Any] = {name: numbers[name] for name in ("crv", "e", "kty", "n", "x", "y") if name in numbers}
    information = certificate.information
    return entry | {
        "alg": key.algorithm,
        "kid": key.kid,
        "use": "sig",
        "x5c": [base64.b64encode(certificate.der).decode()],
        "x5t": information.sha1_thumbprint,
        "x5t#S256": information.sha256_thumbprint,
    }
