"""A key of the Key Master as the API shows it; private halves are never shown."""

from services.sandbox.fusionauth.models.wire import Instant, Wire


class CertificateInformation(Wire):
    """The self-signed certificate of a key pair, described."""

    issuer: str
    md5_fingerprint: str
    serial_number: str
    sha1_fingerprint: str
    sha1_thumbprint: str
    sha256_fingerprint: str
    sha256_thumbprint: str
    subject: str
    valid_from: Instant
    valid_to: Instant


class Key(Wire):
    """A key. HMAC keys have neither certificate nor public key."""

    id: str
    name: str
    algorithm: str
    type: str
    kid: str
    insert_instant: Instant
    last_update_instant: Instant
    certificate: str | None = None
    certificate_information: CertificateInformation | None = None
    expiration_instant: Instant | None = None
    has_private_key: bool | None = None
    issuer: str | None = None
    length: int | None = None
    public_key: str | None = None


class KeySpecification(Wire):
    """The key a caller asks for."""

    algorithm: str | None = None
    issuer: str | None = None
    length: int | None = None
    name: str | None = None
