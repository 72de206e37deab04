"""The words of a command for cmd.exe or PowerShell."""

import re

from services.diagnosis.command_line import ENDS, CommandLine, Reader

_POWERSHELL = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "a": "\a", "e": "\x1b", "f": "\f", "v": "\v"}


class Cmd(Reader):
    """cmd.exe: a caret escapes outside its quotes; then the program's own rules for quotes (Microsoft C) apply."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._quoted_for_cmd = False
        self._quoted = False

    def read(self) -> CommandLine:
        """All words; inside quotes blanks and line ends belong to the word."""
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "^" and not self._quoted_for_cmd:
                self.at += 1
                if line_end := re.compile(r"\r?\n").match(self.text, self.at):
                    self.at = line_end.end()
                    continue
                self._plain(self.text[self.at : self.at + 1], escaped=True)
            elif char in ENDS and not self._quoted_for_cmd:
                break
            else:
                self._plain(char, escaped=False)
            self.at += 1
        if self._quoted:
            self.unclosed = '"'
        self.finish()
        return CommandLine(tuple(self.words), min(self.at, len(self.text)), self.unclosed)

    def _plain(self, char: str, *, escaped: bool) -> None:
        if char == '"' and not escaped:
            self._quoted_for_cmd = not self._quoted_for_cmd
        if char == '"':
            if self.letters and self.letters[-1] == "\\":
                self.letters[-1] = '"'
                return
            self._quoted = not self._quoted
            self.take("")
        elif char in " \t\r\n" and not self._quoted:
            self.finish()
        else:
            self.take(char)


class PowerShell(Reader):
    """PowerShell: a backtick escapes, single quotes are literal, and a quote is doubled within its own kind."""

    def step(self, char: str) -> None:
        """Take in what begins with `char`."""
        if char == "`":
            self.at += 1
            if line_end := re.compile(r"\r?\n").match(self.text, self.at):
                self.at = line_end.end()
            else:
                self.take(self.text[self.at : self.at + 1])
                self.at += 1
        elif char in "'\"":
            self.at += 1
            self._quoted(char)
        elif char == "$" and self.variable():
            pass
        else:
            self.take(char)
            self.at += 1

    def _quoted(self, quote: str) -> None:
        self.take("")
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == quote:
                self.at += 1
                if self.text[self.at : self.at + 1] != quote:
                    return
                self.take(quote)
                self.at += 1
            elif char == "`" and quote == '"':
                following = self.text[self.at + 1 : self.at + 2]
                self.take(_POWERSHELL.get(following, following))
                self.at += 2
            elif not (char == "$" and quote == '"' and self.variable()):
                self.take(char)
                self.at += 1
        self.unclosed = quote
