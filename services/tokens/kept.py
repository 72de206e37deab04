"""A refresh token in a file of the person's own, readable by nobody else."""

import os
import tempfile
from pathlib import Path

from services.errors import ConfigurationError
from services.redact import Secret

_LIMIT = 10_000  # characters; FusionAuth's refresh tokens have under a hundred


def read_refresh_token(path: Path) -> Secret:
    """The refresh token in the file. Raises ConfigurationError when there is none."""
    try:
        text = path.read_text("utf-8")[:_LIMIT].strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigurationError(
            f'No refresh token can be read from "{path}": {reason}.',
            f"Log in once to make it: gatelight token --refresh-token-file {path}.",
        ) from None
    if not text or not text.isprintable() or " " in text:
        raise ConfigurationError(f'"{path}" holds no refresh token.', "It holds one line: log in once to write it.")
    return Secret(text)


def write_refresh_token(path: Path, token: Secret) -> None:
    """Put the refresh token into the file, mode 0600, in one piece. Raises ConfigurationError when it cannot be."""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".gatelight-")  # made with mode 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(token.reveal() + "\n")
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigurationError(
            f'The refresh token cannot be written to "{path}": {error.strerror}.', "Choose another file."
        ) from None
