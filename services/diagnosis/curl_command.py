"""What a pasted `curl` command would send: address, method and headers, exactly (curl's manual page names the options).

Files that a command names are not read.
"""

import base64
import re
from dataclasses import dataclass, field
from urllib.parse import quote

from services.diagnosis.command_line import Word
from services.diagnosis.shell_words import split_command

_WITH_VALUE_SHORT = frozenset("AbcCdDeEFHKmoPQrtTuUwxXyYz")
_LONG_OF = {
    "H": "header",
    "X": "request",
    "u": "user",
    "d": "data",
    "F": "form",
    "T": "upload-file",
    "I": "head",
    "G": "get",
    "K": "config",
    "b": "cookie",
    "A": "user-agent",
    "e": "referer",
}
_DATA = frozenset(("data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json", "form", "form-string"))
_WITH_VALUE = frozenset(
    (
        *_DATA,
        *("header", "request", "user", "url", "oauth2-bearer", "cookie", "cookie-jar", "user-agent", "referer"),
        *("upload-file", "config", "output", "write-out", "max-time", "connect-timeout", "proxy", "proxy-user"),
        *("proxy-header", "resolve", "connect-to", "cacert", "capath", "cert", "key", "cert-type", "key-type", "pass"),
        *("retry", "retry-delay", "retry-max-time", "interface", "limit-rate", "range", "tls-max", "ciphers"),
        *("tls13-ciphers", "aws-sigv4", "url-query", "dump-header", "max-redirs", "max-filesize", "noproxy"),
        *("dns-servers", "doh-url", "expect100-timeout", "keepalive-time", "local-port", "request-target", "socks5"),
        *("socks5-hostname", "stderr", "trace", "trace-ascii", "unix-socket", "output-dir", "variable", "pinnedpubkey"),
        *("time-cond", "speed-limit", "speed-time", "parallel-max", "rate", "ech", "curves", "engine", "netrc-file"),
    )
)


@dataclass(slots=True)
class CurlCommand:
    """The request of a command. `headers` are those it sets, in their order."""

    url: str = ""
    method: str = "GET"
    headers: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    length: int = 0  # how many characters of the text the command took
    leaves_headers_open: bool = False  # some come from a file or a variable that is not known here

    def header(self, name: str) -> list[str]:
        """Every value of that header (any case)."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


def read_curl(text: str) -> CurlCommand:
    """Read the command that begins `text`; its first word is `curl` or `curl.exe`, which is not checked."""
    line = split_command(text)
    command = CurlCommand(length=line.length)
    if line.unclosed:
        command.notes.append(f"A quote ({line.unclosed}) in the curl command is never closed: a part may be missing.")
    reader = _Options(command)
    reader.read(line.words[1:])
    reader.finish()
    return command


class _Options:
    """Goes through curl's options in their order."""

    def __init__(self, command: CurlCommand) -> None:
        self._command = command
        self._method = ""
        self._user: Word | None = None
        self._bearer: Word | None = None
        self._data: list[str] = []
        self._query: list[str] = []
        self._flags: set[str] = set()

    def read(self, words: tuple[Word, ...]) -> None:
        """Take in all words after the program's name."""
        waiting = iter(words)
        for word in waiting:
            text = word.text
            if text.startswith("--") and len(text) > 2:
                name = text[2:]
                self._option(name, next(waiting, Word("")) if name in _WITH_VALUE else None)
            elif text.startswith("-") and len(text) > 1:
                for name, attached in _short(word):
                    value = attached or (next(waiting, Word("")) if name in _WITH_VALUE_SHORT else None)
                    self._option(_LONG_OF.get(name, name), value)
            else:
                self._address(word)

    def finish(self) -> None:
        """Put together what several options make: method, query and credentials."""
        command = self._command
        if "get" in self._flags:
            self._query += self._data
        self._method = self._method or self._implied()
        command.method = self._method
        if self._query and command.url:
            command.url += ("&" if "?" in command.url else "?") + "&".join(self._query)
        if not command.header("authorization"):
            self._credentials()

    def _implied(self) -> str:
        if "head" in self._flags:
            return "HEAD"
        if "upload-file" in self._flags:
            return "PUT"
        return "POST" if self._flags & _DATA and "get" not in self._flags else "GET"

    def _option(self, name: str, value: Word | None) -> None:
        self._flags.add(name)
        if value is None:
            return
        if name == "header":
            self._header(value)
        elif name == "request":
            self._method = value.text
        elif name == "url":
            self._address(value)
        elif name == "user":
            self._user = value
        elif name == "oauth2-bearer":
            self._bearer = value
        elif name in ("cookie", "user-agent", "referer"):
            self._command.headers.append((name.capitalize().replace("-agent", "-Agent"), value.text))
        elif name == "url-query":
            self._query.append(value.text)
        elif name in _DATA:
            self._data.append(_urlencoded(value.text) if name == "data-urlencode" else value.text)
        elif name == "config":
            self._command.leaves_headers_open = True
            self._command.notes.append(f'The curl command reads options from "{value.text}", which was not read.')

    def _header(self, word: Word) -> None:
        if word.text.startswith("@"):
            self._command.leaves_headers_open = True
            self._command.notes.append(f'The curl command reads headers from "{word.text[1:]}", which was not read.')
            return
        name, colon, value = word.text.partition(":")
        if word.variables:
            self._variable(name, word)
            if name.strip().lower() == "authorization":
                return
        if not colon:
            if word.text.endswith(";"):
                self._command.headers.append((word.text[:-1], ""))
            else:
                self._command.notes.append(
                    f'curl does not send the header "{_named(word.text)}": it has no colon after its name.'
                )
            return
        # Whoever receives a header drops blanks around its value (RFC 9110, section 5.5); within, all are kept.
        value = value.strip(" \t")
        if value:  # `Name:` takes a header away that curl would send
            self._command.headers.append((name, value))

    def _credentials(self) -> None:
        for word, what in ((self._bearer, "--oauth2-bearer"), (self._user, "--user")):
            if word is None:
                continue
            if word.variables:
                self._variable(what, word)
            elif what == "--user":
                coded = base64.b64encode(word.text.encode()).decode()
                self._command.headers.append(("Authorization", f"Basic {coded}"))
            else:
                self._command.headers.append(("Authorization", f"Bearer {word.text}"))
            return

    def _variable(self, place: str, word: Word) -> None:
        self._command.leaves_headers_open = True
        names = ", ".join(dict.fromkeys(_variable_name(each) for each in word.variables))
        self._command.notes.append(f'The curl command takes "{place}" from {names}, whose value is not in it.')

    def _address(self, word: Word) -> None:
        command = self._command
        if command.url:
            command.notes.append("The curl command has more than one address; the first one was taken.")
            return
        if word.variables:
            self._variable("URL", word)
        text = word.text
        command.url = text if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text) else f"http://{text}"  # as curl guesses


def _short(word: Word) -> list[tuple[str, Word | None]]:
    """The options in a group such as `-sSH'Name: value'`; the last may have its value in the same word."""
    found: list[tuple[str, Word | None]] = []
    text = word.text[1:]
    for index, name in enumerate(text):
        if name in _WITH_VALUE_SHORT:
            rest = text[index + 1 :]
            found.append((name, Word(rest, word.variables) if rest else None))
            break
        found.append((name, None))
    return found


def _urlencoded(text: str) -> str:
    name, equals, value = text.partition("=")
    return f"{name}={quote(value)}" if equals and name else quote(value or name)


def _named(text: str) -> str:
    """A header that went wrong, without what may be its secret."""
    return text.split(" ", 1)[0][:40]


def _variable_name(text: str) -> str:
    return text if text.startswith("$") and "(" not in text else "a command"
