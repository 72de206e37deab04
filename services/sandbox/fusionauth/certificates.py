"""The self-signed certificate FusionAuth makes for a key pair, and the description it gives of it."""

import base64
import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from services.sandbox.fusionauth.models.key import CertificateInformation

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey

LIFETIME = timedelta(days=3652)
COMMON_NAME_LIMIT = 64  # bytes (X.520 ub-common-name)
_HASHES: dict[str, hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate: its DER and PEM forms and FusionAuth's description."""

    der: bytes
    pem: str
    information: CertificateInformation


def self_signed(private_key: PrivateKey, *, algorithm: str, key_id: str, issuer: str, instant: int) -> Certificate:
    """A ten-year certificate without extensions: CN = the key's issuer, serial number = the key's UUID.

    `instant` is in milliseconds since the epoch. An issuer longer than a common name may be is cut.
    """
    serial = uuid.UUID(key_id).int or 1  # X.509 wants a positive number
    valid_from = datetime.fromtimestamp(instant / 1000, UTC)
    valid_to = valid_from + LIFETIME
    common_name = issuer.encode()[:COMMON_NAME_LIMIT].decode(errors="ignore")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder(subject, subject, private_key.public_key(), serial)
        .not_valid_before(valid_from)
        .not_valid_after(valid_to)
    )
    digest = None if isinstance(private_key, Ed25519PrivateKey) else _HASHES[algorithm[-3:]]
    certificate = builder.sign(private_key, digest)
    der = certificate.public_bytes(Encoding.DER)
    sha1 = hashlib.sha1(der, usedforsecurity=False).digest()
    sha256 = hashlib.sha256(der).digest()
    name = f"CN={common_name}"
    information = CertificateInformation(
        issuer=name,
        md5_fingerprint=_colons(hashlib.md5(der, usedforsecurity=False).digest()),
        serial_number=_colons(serial.to_bytes(serial.bit_length() // 8 + 1)),  # DER keeps the sign bit clear
        sha1_fingerprint=_colons(sha1),
        sha1_thumbprint=base64url(sha1),
        sha256_fingerprint=_colons(sha256),
        sha256_thumbprint=base64url(sha256),
        subject=name,
        valid_from=instant,
        valid_to=instant + LIFETIME // timedelta(milliseconds=1),
    )
    return Certificate(der, certificate.public_bytes(Encoding.PEM).decode().strip(), information)


def base64url(data: bytes) -> str:
    """Base64 for URLs without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _colons(data: bytes) -> str:
    return data.hex(":").upper()
