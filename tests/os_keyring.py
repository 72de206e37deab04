"""A keyring of the test's own: in memory, or in the file that an environment variable names for child processes.

`PYTHON_KEYRING_BACKEND=tests.os_keyring.Keyring` puts it in the place of whatever the machine has.
"""

import json
import os
from pathlib import Path
from typing import Any, ClassVar

import keyring.backend
import keyring.errors

FILE = "TEST_KEYRING_FILE"
CHOSEN = {"PYTHON_KEYRING_BACKEND": "tests.os_keyring.Keyring"}


class Keyring(keyring.backend.KeyringBackend):
    """Keeps what it is given; `locked` makes it refuse, `hangs` makes it wait for an event."""

    priority: ClassVar[Any] = 9
    name: ClassVar[Any] = "Test Keyring"

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._kept: dict[str, str] = {}
        self.locked = False
        self.hangs: Any = None

    @property
    def kept(self) -> dict[str, str]:
        """Every secret by service and account."""
        file = os.environ.get(FILE)
        if not file:
            return self._kept
        return dict(json.loads(Path(file).read_text())) if Path(file).exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        self._answer()
        return self.kept.get(f"{service}:{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._answer()
        self._write({**self.kept, f"{service}:{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        self._answer()
        rest = self.kept
        if rest.pop(f"{service}:{username}", None) is None:
            raise keyring.errors.PasswordDeleteError("no such password")
        self._write(rest)

    def _write(self, kept: dict[str, str]) -> None:
        self._kept = kept
        if file := os.environ.get(FILE):
            Path(file).write_text(json.dumps(kept))

    def _answer(self) -> None:
        if self.hangs is not None:
            self.hangs.wait(20)
        if self.locked:
            raise keyring.errors.KeyringLocked("Failed to unlock the collection!")
