"""A profile's secrets and where each of them lives: an environment variable, the keyring, or memory alone.

The environment comes first, so that a build server or a shell can overrule what is kept.
"""

import os
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.errors import ConfigurationError
from services.profile.vault import Vault
from services.redact import Secret
from services.tunnel.ngrok.authtoken import VARIABLE as AUTHTOKEN_VARIABLE
from services.tunnel.ngrok.authtoken import find_authtoken

API_KEY_VARIABLE = "GATELIGHT_FUSIONAUTH_API_KEY"
PASSWORD_VARIABLE = "GATELIGHT_USER_PASSWORD"  # noqa: S105 - a variable's name
LONGEST = 2_000  # characters; FusionAuth's keys and ngrok's tokens have under a hundred, and Windows keeps 2,560 bytes


class SecretName(StrEnum):
    """The secrets a live profile can have."""

    API_KEY = "api-key"
    PASSWORD = "password"  # noqa: S105 - a name
    AUTHTOKEN = "ngrok-authtoken"


@dataclass(frozen=True, slots=True)
class SecretFacts:
    """What a secret is called, and the environment variable that can hold it."""

    title: str
    variable: str


FACTS = {
    SecretName.API_KEY: SecretFacts("FusionAuth API key", API_KEY_VARIABLE),
    SecretName.PASSWORD: SecretFacts("the user's password", PASSWORD_VARIABLE),
    SecretName.AUTHTOKEN: SecretFacts("ngrok authtoken", AUTHTOKEN_VARIABLE),
}


class Place(StrEnum):
    """Where a secret can live."""

    ENVIRONMENT = "environment"
    MEMORY = "memory"
    KEYRING = "keyring"
    NGROK = "ngrok"
    NOWHERE = "nowhere"
    SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a secret lives; `detail` names the variable, the keyring or the file."""

    place: Place
    detail: str = ""

    @property
    def sentence(self) -> str:
        """The place in words."""
        return {
            Place.ENVIRONMENT: f"environment variable {self.detail}",
            Place.MEMORY: "memory alone, until Gatelight ends",
            Place.KEYRING: f"keyring ({self.detail})",
            Place.NGROK: f"ngrok's own configuration, {self.detail}",
            Place.NOWHERE: "nowhere: asked for when it is needed",
            Place.SANDBOX: "the sandbox's own, new with every sandbox",
        }[self.place]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A secret that a person is asked for; `keyring` names the one that could keep it, `obstacle` says why none can."""

    profile: str
    name: SecretName
    title: str
    keyring: str = ""
    obstacle: str = ""
    where: Whereabouts = Whereabouts(Place.NOWHERE)


@dataclass(frozen=True, slots=True)
class Given:
    """What the person gave (empty: nothing), and whether it shall be kept in the keyring."""

    secret: Secret
    keep: bool = False


Memory = MutableMapping[tuple[str, SecretName], Secret]
Ask = Callable[[Wanted], Given]


@dataclass(frozen=True, slots=True)
class SecretStore:
    """The secrets of one profile. Looking them up may wait for the keyring."""

    profile: str
    vault: Vault = field(default_factory=Vault)
    memory: Memory = field(default_factory=dict, repr=False)  # what was typed, for as long as the process lives
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def find(self, name: SecretName) -> tuple[Secret, Whereabouts]:
        """The secret and where it lives; an empty one where it lives nowhere."""
        variable = FACTS[name].variable
        value = self.environment.get(variable, "")
        if value := value if name is SecretName.PASSWORD else value.strip():
            return Secret(value), Whereabouts(Place.ENVIRONMENT, variable)
        if (self.profile, name) in self.memory:
            return self.memory[self.profile, name], Whereabouts(Place.MEMORY)
        if kept := self.vault.read(self._account(name)):
            return kept, Whereabouts(Place.KEYRING, self.vault.title)
        if name is SecretName.AUTHTOKEN:
            token, where = find_authtoken(self.environment)
            if token:
                return token, Whereabouts(Place.NGROK, where)
        return Secret(""), Whereabouts(Place.NOWHERE)

    def obtain(self, name: SecretName, ask: Ask | None = None, title: str = "") -> Secret:
        """The secret, asked for where it lives nowhere; empty where nobody gives it.

        Raises ConfigurationError when it is none, or shall be kept and cannot be.
        """
        secret, _ = self.find(name)
        if secret or ask is None:
            return secret
        given = ask(Wanted(self.profile, name, title or FACTS[name].title, self.vault.title, self.vault.obstacle))
        if not given.secret:
            return Secret("")
        self.remember(name, given.secret)
        if given.keep:
            self.keep(name, given.secret)
        return usable(name, given.secret)

    def remember(self, name: SecretName, secret: Secret) -> None:
        """Hold a secret in memory alone."""
        self.memory[self.profile, name] = usable(name, secret)

    def keep(self, name: SecretName, secret: Secret) -> None:
        """Keep a secret in the keyring. Raises ConfigurationError when it is none or cannot be kept."""
        self.vault.keep(self._account(name), usable(name, secret))
        self.memory.pop((self.profile, name), None)

    def kept(self) -> list[SecretName]:
        """Which secrets the keyring holds. Raises ConfigurationError where it cannot be read."""
        found = [name for name in SecretName if self.vault.read(self._account(name))]
        if self.vault.obstacle:
            raise ConfigurationError(f"What is kept cannot be read: {self.vault.obstacle}.", "Unlock it and try again.")
        return found

    def forget(self, name: SecretName) -> bool:
        """Remove a secret from the keyring and from memory; False where neither had it."""
        was_held = self.memory.pop((self.profile, name), None) is not None
        if was_held and self.vault.obstacle:
            return True
        return self.vault.forget(self._account(name)) or was_held

    def _account(self, name: SecretName) -> str:
        return f"{self.profile}/{name.value}"


def usable(name: SecretName, secret: Secret) -> Secret:
    """The secret as it can be used: keys without the blanks that come with copying.

    Raises ConfigurationError, which never quotes it, for an empty one or one that cannot be sent.
    """
    title, value = FACTS[name].title, secret.reveal()
    if name is not SecretName.PASSWORD:
        value = value.strip()
    if not value:
        raise ConfigurationError(f"No {title.removeprefix('the ')} was given.", "Copy it again.")
    if len(value) > LONGEST:
        raise ConfigurationError(
            f"A {title.removeprefix('the ')} of {len(value):,} characters was given: {LONGEST:,} at most.",
            "Copy it again.",
        )
    if name is SecretName.PASSWORD:
        if not value.isprintable():
            raise ConfigurationError("The password has characters that cannot be typed.", "Copy it again: one line.")
    elif not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigurationError(f"The {title} is one word without blanks and line breaks.", "Copy it again.")
    return Secret(value)
