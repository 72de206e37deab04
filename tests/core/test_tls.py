"""TLS failures say which of the many they are, and a certificate of one's own can be trusted on loopback too."""

import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.errors import Unreachable
from services.http import HttpClient
from services.redact import Redactor

Serving = Callable[..., tuple[str, Path]]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """Serves with a self-signed certificate: gives the address and the certificate's file."""
    with ExitStack() as stack:

        def start(*, host: str = "localhost", days: int = 1) -> tuple[str, Path]:
            certificate, key = _self_signed(tmp_path, host, days)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            server = http.server.HTTPServer(("127.0.0.1", 0), _Silent)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return f"https://localhost:{server.server_port}", certificate

        yield start


class _Silent(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


def _self_signed(folder: Path, host: str, days: int) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Somebody")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, encoding = folder / "certificate.pem", serialization.Encoding.PEM
    pem.write_bytes(certificate.public_bytes(encoding))
    private = folder / "key.pem"
    private.write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return pem, private


def _failure(url: str) -> Unreachable:
    client = HttpClient(Redactor(), total_seconds=5)
    with pytest.raises(Unreachable) as raised:
        client.send("GET", url)
    client.close()
    return raised.value


def test_a_certificate_nobody_vouches_for_is_told_how_to_be_trusted(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, certificate = serving()
    error = _failure(url)
    assert f'The TLS certificate of "{url}" was not accepted: self-signed certificate.' in error.message
    assert "REQUESTS_CA_BUNDLE" in error.fix
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    client = HttpClient(Redactor())
    assert client.send("GET", url).status == 204
    client.close()


@pytest.mark.parametrize(
    ("host", "days", "said", "fix"),
    [("elsewhere.example", 1, "Hostname mismatch", "host name"), ("localhost", -1, "has expired", "clock")],
)
def test_a_certificate_for_another_host_or_another_time_is_told_as_that(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, host: str, days: int, said: str, fix: str
) -> None:
    url, certificate = serving(host=host, days=days)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    error = _failure(url)
    assert said in error.message
    assert fix in error.fix
