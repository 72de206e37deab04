"""What the desktop's clipboard holds, for a token that must not become an argument."""

from services.errors import ConfigurationError

_HINT = "Pipe it in instead, or give a file: --file."


def read_clipboard() -> str:
    """The clipboard's text. Raises ConfigurationError where there is no clipboard to read, or no text in it."""
    import pyperclip

    try:
        text = pyperclip.paste()
    except pyperclip.PyperclipException:
        raise ConfigurationError(
            "No clipboard can be read here: there is no desktop, or no tool for it.", _HINT
        ) from None
    if not isinstance(text, str) or not text.strip():
        raise ConfigurationError("The clipboard holds no text.", _HINT)
    return text
