"""The sandbox's sockets: all on 127.0.0.1, all taken before anything starts behind them."""

import errno
import socket
from dataclasses import asdict, dataclass

from services.errors import ConfigurationError
from services.sandbox.options import Ports

_BACKLOG = 512


@dataclass(frozen=True, slots=True)
class Listeners:
    """One listening socket for each part of the sandbox."""

    fusionauth: socket.socket
    public: socket.socket
    aws: socket.socket
    gateway: socket.socket
    control: socket.socket

    @classmethod
    def bind(cls, ports: Ports) -> "Listeners":
        """Take all ports, or none. Raises ConfigurationError naming the port that cannot be had."""
        taken: dict[str, socket.socket] = {}
        try:
            # A free port found for one listener must not be the one chosen for another: chosen ones go first.
            for listener, port in sorted(asdict(ports).items(), key=lambda item: item[1] == 0):
                taken[listener] = _listen(listener, port)
        except BaseException:
            for bound in taken.values():
                bound.close()
            raise
        return cls(**taken)

    def close(self) -> None:
        """Let go of all ports."""
        for bound in (self.fusionauth, self.public, self.aws, self.gateway, self.control):
            bound.close()


def port_of(listener: socket.socket) -> int:
    """The port a socket listens on."""
    port: int = listener.getsockname()[1]
    return port


def url_of(listener: socket.socket) -> str:
    """The URL of what listens on a socket, without a trailing slash."""
    return f"http://127.0.0.1:{port_of(listener)}"


def _listen(listener: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # Without it, a port stays taken for a minute after a sandbox on it ended.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        raise ConfigurationError(
            f"Port {port}, chosen for the sandbox's {listener} listener, {reason}.",
            "Stop what listens there, or choose another port (0 takes any free one).",
        ) from error
    bound.setblocking(False)
    return bound
