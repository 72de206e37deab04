"""The operating system's keyring: the one place where a secret of ours may outlive a run.

Whatever would keep a secret readable on disk counts as no keyring at all, and a keyring may wait for a person to unlock
it: every question to it has a deadline.
"""

import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from services.errors import ConfigurationError
from services.redact import Redactor, Secret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "gatelight"
SECONDS = 30.0  # as long as a person may take to unlock it
_KEEPS_NOTHING = ("keyring.backends.fail", "keyring.backends.null")
# In plain text, or encrypted with a password that they ask for at the terminal.
_KEEPS_IN_FILES = ("keyrings.alt", "keyrings.cryptfile")
T = TypeVar("T")


class Vault:
    """The keyring as it can be used here, or why it cannot. Blocks: belongs on a worker thread in the app."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """`seconds` is how long one question to the keyring may take."""
        self._seconds = seconds
        self._looked = False
        self._backend: KeyringBackend | None = None
        self._obstacle = ""

    @property
    def obstacle(self) -> str:
        """Why nothing can be read or kept here, as a clause; empty where it can."""
        self._look()
        return self._obstacle

    @property
    def title(self) -> str:
        """The keyring's own name, like "SecretService Keyring"; empty where none can be used."""
        return "" if self.obstacle or self._backend is None else str(self._backend.name)

    def read(self, account: str) -> Secret:
        """What is kept for the account; empty when that is nothing, or the keyring cannot be read."""
        if self.obstacle or self._backend is None:
            return Secret("")
        backend = self._backend
        try:
            return Secret(self._within(lambda: backend.get_password(SERVICE, account)) or "")
        except _Failed as error:
            self._obstacle = f"{backend.name} {error}"
            return Secret("")

    def keep(self, account: str, secret: Secret) -> None:
        """Keep a secret. Raises ConfigurationError when it cannot be kept: then nothing was written anywhere."""
        if self.obstacle or self._backend is None:
            raise ConfigurationError(f"Nothing was kept: {self._obstacle}.", "Set it in the environment instead.")
        backend = self._backend
        try:
            self._within(lambda: backend.set_password(SERVICE, account, secret.reveal()))
        except _Failed as error:
            told = Redactor([secret]).mask(f"Nothing was kept: {backend.name} {error}.")
            raise ConfigurationError(told, "Unlock the keyring and try again, or set it in the environment.") from None

    def forget(self, account: str) -> bool:
        """Remove what is kept for the account; False when there is nothing. Raises ConfigurationError on failure."""
        if not self.read(account):
            if self._obstacle:
                raise ConfigurationError(f"Nothing was removed: {self._obstacle}.", "Unlock it and try again.")
            return False
        backend = self._backend
        assert backend is not None  # noqa: S101 (it was read from)
        try:
            self._within(lambda: backend.delete_password(SERVICE, account))
        except _Failed as error:
            raise ConfigurationError(
                f"It was not removed: {backend.name} {error}.", "Unlock the keyring and try again."
            ) from None
        return True

    def _look(self) -> None:
        if self._looked:
            return
        self._looked = True
        try:
            self._backend = self._within(_safe_backend)
        except _Failed as error:
            self._obstacle = f"the keyring {error}"
            return
        if self._backend is None:
            self._obstacle = "no keyring of the operating system works here"

    def _within(self, work: Callable[[], T]) -> T:
        """What `work` gives, within the deadline; the thread it runs in ends with the process at the latest."""
        answers: queue.SimpleQueue[tuple[Any, str]] = queue.SimpleQueue()

        def run() -> None:
            try:
                answers.put((work(), ""))
            except Exception as error:  # noqa: BLE001 - a keyring raises what its system does
                answers.put((None, _in_words(error)))

        threading.Thread(target=run, name="keyring", daemon=True).start()
        try:
            result, problem = answers.get(timeout=self._seconds)
        except queue.Empty:
            raise _Failed(f"did not answer within {self._seconds:.0f} s (is it waiting to be unlocked?)") from None
        if problem:
            raise _Failed(problem)
        found: T = result
        return found


class _Failed(Exception):
    """The keyring did not do what it was asked; the text goes on after its name."""


def _safe_backend() -> "KeyringBackend | None":
    """The keyring in force, if it keeps secrets and keeps them unreadable; of several in a chain the first such one."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    backend = keyring.get_keyring()
    chain = list(backend.backends) if isinstance(backend, ChainerBackend) else [backend]
    return next((one for one in chain if _is_safe(type(one).__module__)), None)


def _is_safe(module: str) -> bool:
    return not module.startswith((*_KEEPS_NOTHING, *_KEEPS_IN_FILES))


def _in_words(error: Exception) -> str:
    if type(error).__name__ == "KeyringLocked":
        return "is locked"
    told = " ".join(str(error).split())[:200].rstrip(".")
    return f"failed ({told or type(error).__name__})"
