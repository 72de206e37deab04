"""Servers on loopback that answer exactly as a test says, with and without TLS."""

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.gateway.signing import rsa_key

Answer = Callable[[str], "bytes | Iterator[bytes]"]


def reply(body: bytes = b"{}", *more: str, status: int = 200, kind: str = "application/json") -> bytes:
    """A whole HTTP response, with `more` header lines."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *more]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Stranger:
    """What a server of `serving` was asked, and where it is."""

    def __init__(self, port: int, scheme: str) -> None:
        self.port = port
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.asked: list[str] = []


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Stranger]:
    """A server whose `answer` turns a request's head into the bytes of the response, all at once or bit by bit."""
    listener = socket.create_server(("127.0.0.1", 0))
    stranger = Stranger(listener.getsockname()[1], "https" if tls else "http")

    def serve(connection: socket.socket) -> None:
        try:
            with tls.wrap_socket(connection, server_side=True) if tls else connection as talk:
                talk.settimeout(10)
                head = b""
                while b"\r\n\r\n" not in head and head[:1] != b"\x16" and (data := talk.recv(65_536)):
                    head += data
                stranger.asked.append(head.decode("latin-1"))
                given = answer(stranger.asked[-1])
                for part in (given,) if isinstance(given, bytes) else given:
                    talk.sendall(part)
        except OSError:  # whoever asked has had enough
            pass

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield stranger
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def drip(data: bytes, pause: float, limit: int = 1000) -> Iterator[bytes]:
    """The bytes one by one."""
    for index in range(min(len(data), limit)):
        yield data[index : index + 1]
        time.sleep(pause)


def certificate(folder: Path, *names: str) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate for these names: its file, and the context of a server that shows it."""
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    made = (
        x509.CertificateBuilder(subject, subject, rsa_key("tls").public_key(), 7, now, now + datetime.timedelta(days=1))
        .add_extension(alternatives, critical=False)
        .sign(rsa_key("tls"), hashes.SHA256())
    )
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(rsa_key("tls").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context
