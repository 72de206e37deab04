"""What a person must hear about: what happened, and what to do.

GatelightError
├── ConfigurationError   the profile, the environment or the command line is not usable      exit 2
├── RemoteError          the other side answered, and not as it should                       exit 3
│   └── Unreachable      the other side did not answer at all                                exit 3
├── ExpectationFailed    everything answered, and a check or an expectation failed           exit 1
└── Interrupted          the person (or a deadline of theirs) stopped the work               exit 130
"""

from typing import ClassVar


class GatelightError(Exception):
    """Base of every error a person sees.

    `message` says what happened in one sentence, with values quoted and secrets masked; `fix` says what to do.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class ConfigurationError(GatelightError):
    """What the person gave (profile, environment, arguments) or what is installed is not usable."""

    exit_code = 2


class RemoteError(GatelightError):
    """FusionAuth, AWS or the tunnel answered with a failure. `status` is its HTTP status, where there was one."""

    exit_code = 3

    def __init__(self, message: str, fix: str = "", *, status: int | None = None, code: str = "") -> None:
        super().__init__(message, fix)
        self.status = status
        self.code = code


class Unreachable(RemoteError):
    """Nothing answered: refused connection, unknown host, TLS failure or deadline passed."""


class BrokenOff(Unreachable):
    """A connection ended before its answer: what asks a second time without harm may do so."""


class ExpectationFailed(GatelightError):
    """Everything answered, but what was checked does not hold."""

    exit_code = 1


class Interrupted(GatelightError):
    """The work was cancelled before its end."""

    exit_code = 130

    def __init__(self, message: str = "Cancelled.", fix: str = "") -> None:
        super().__init__(message, fix)
