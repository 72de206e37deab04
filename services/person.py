"""What a workbench may have to ask the person while it opens or works. Each question waits for its answer."""

from collections.abc import Callable
from dataclasses import dataclass

from services.profile.secrets import Ask


@dataclass(frozen=True, slots=True)
class Person:
    """Who can be asked. `give_mfa_code` gets the device's name; it gives nothing where the person gives up."""

    give_secret: Ask
    give_mfa_code: Callable[[str], str]
