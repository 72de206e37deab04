"""An authenticator app: shows the code that goes with a secret and the time (RFC 6238)."""

import base64
import hashlib
import hmac

from tests.sandbox_fusionauth.conftest import Client


def code(secret: str, now: float) -> str:
    """The six digits an authenticator shows for a base64 secret."""
    counter = (int(now) // 30).to_bytes(8, "big")
    digest = hmac.digest(base64.b64decode(secret), counter, hashlib.sha1)
    offset = digest[19] % 16
    return f"{int.from_bytes(digest[offset : offset + 4], 'big') % 2**31 % 10**6:06}"


class Authenticator:
    """A user's authenticator, enabled."""

    def __init__(self, fusionauth: Client, user: dict[str, object], **more: object) -> None:
        self.fusionauth = fusionauth
        self.secret = fusionauth.ok("GET", "/api/two-factor/secret")["secret"]
        body = {"method": "authenticator", "secret": self.secret, "code": self.code(), **more}
        self.enabled = fusionauth.ok("POST", f"/api/user/two-factor/{user['id']}", body)

    def code(self) -> str:
        """What it shows now."""
        return code(self.secret, self.fusionauth.clock())

    def wrong_code(self) -> str:
        """Six digits it does not show about now."""
        near = {code(self.secret, self.fusionauth.clock() + 30 * step) for step in range(-3, 4)}
        return next(f"{digits:06}" for digits in range(10) if f"{digits:06}" not in near)
