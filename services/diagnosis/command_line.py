"""What the readers of a pasted command line share: words, and the walk through the text.

A variable or a command substitution is not known here: the word keeps its text as it stands and says that it has one.
"""

import re
from dataclasses import dataclass

ENDS = frozenset("\n;|&")
_VARIABLE = re.compile(r"\$(?:\w{1,200}|\{[^}]{0,200}\}|\([^)]{0,1000}\))|`[^`]{0,1000}`")


@dataclass(frozen=True, slots=True)
class Word:
    """One argument. `variables` are what a shell would have put something else in place of ("$TOKEN", "$(…)")."""

    text: str
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command's words, and how many characters of the text it took. `unclosed` is a quote that never ends, or ""."""

    words: tuple[Word, ...]
    length: int
    unclosed: str = ""


class Reader:
    """Walks through a text and gathers words; each shell says what its quotes and escapes mean."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.words: list[Word] = []
        self.letters: list[str] | None = None
        self.variables: list[str] = []
        self.unclosed = ""

    def read(self) -> CommandLine:
        """All words up to the command's end."""
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in " \t\r":
                self.finish()
                self.at += 1
            elif char in ENDS:
                break
            elif char in "<>":
                self._redirection()
            else:
                self.step(char)
        self.finish()
        return CommandLine(tuple(self.words), self.at, self.unclosed)

    def step(self, char: str) -> None:
        """Take in what begins with `char`, a character of a word; without quotes and escapes that is the character."""
        self.take(char)
        self.at += 1

    def take(self, text: str) -> None:
        """Add text to the word under way."""
        if self.letters is None:
            self.letters = []
        self.letters.append(text)

    def variable(self) -> bool:
        """Take in a variable or substitution that stands here, as it is written; False where there is none."""
        match = _VARIABLE.match(self.text, self.at)
        if match is None:
            return False
        self.variables.append(match[0])
        self.take(match[0])
        self.at = match.end()
        return True

    def until(self, quote: str) -> str | None:
        """The text up to the closing quote, and over it; None (and everything) where it never closes."""
        end = self.text.find(quote, self.at)
        if end < 0:
            self.unclosed = quote
            self.at = len(self.text)
            return None
        found = self.text[self.at : end]
        self.at = end + 1
        return found

    def finish(self) -> None:
        """End the word under way."""
        if self.letters is not None:
            self.words.append(Word("".join(self.letters), tuple(self.variables)))
        self.letters, self.variables = None, []

    def _redirection(self) -> None:
        """Skip `> file` and its like; a digit right before it is the number of a stream."""
        if self.letters is not None and "".join(self.letters).isdigit():
            self.letters = None
        self.finish()
        match = re.compile(r"[<>]+&?\d*[ \t]*[^\s;|&]*").match(self.text, self.at)
        self.at = match.end() if match else self.at + 1
