"""The words of one pasted command line, as bash, cmd.exe or PowerShell would hand them to the program."""

import re

from services.diagnosis.command_line import CommandLine, Reader
from services.diagnosis.windows_words import Cmd, PowerShell

_ANSI_C = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "v": "\v"}
_CODE = re.compile(r"x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8}|[0-7]{1,3}")


def split_command(text: str) -> CommandLine:
    """The words of the command that begins `text`, up to its end; which shell it is for shows in how lines go on."""
    if re.search(r"\^\r?\n|\^\"", text):
        return Cmd(text).read()
    if re.search(r"`\r?\n", text):
        return PowerShell(text).read()
    return _Bash(text).read()


class _Bash(Reader):
    def step(self, char: str) -> None:
        if char == "\\":
            self._escape()
        elif char == "'":
            self.at += 1
            start = self.at
            found = self.until("'")
            self.take(self.text[start:] if found is None else found)
        elif char == '"':
            self.at += 1
            self._double()
        elif self.text.startswith("$'", self.at):
            self.at += 2
            self._ansi_c()
        elif char in "$`" and self.variable():
            pass
        elif char == "#" and self.letters is None:  # a comment
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end
        else:
            self.take(char)
            self.at += 1

    def _escape(self) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        if self.text.startswith("\r\n", self.at + 1):
            self.at += 3
        elif following in ("\n", ""):
            self.at += 2
        elif following in " \t" and re.compile(r"[ \t]+\r?\n").match(self.text, self.at + 1):
            # A blank after the backslash ends the command in a shell; it came with the copying.
            self.at = self.text.index("\n", self.at) + 1
        else:
            self.take(following)
            self.at += 2

    def _double(self) -> None:
        self.take("")
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == '"':
                self.at += 1
                return
            if char == "\\" and self.text[self.at + 1 : self.at + 2] in ('"', "\\", "$", "`", "\n"):
                self.take(self.text[self.at + 1].replace("\n", ""))
                self.at += 2
            elif not (char in "$`" and self.variable()):
                self.take(char)
                self.at += 1
        self.unclosed = '"'

    def _ansi_c(self) -> None:
        self.take("")
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char == "'":
                return
            if char == "\\" and self.at < len(self.text):
                char = self._ansi_c_escape()
            self.take(char)
        self.unclosed = "$'"

    def _ansi_c_escape(self) -> str:
        code = _CODE.match(self.text, self.at)
        if code:
            self.at = code.end()
            octal = code[0][0] in "01234567"
            number = int(code[0], 8) if octal else int(code[0][1:], 16)
            return chr(number) if number < 0x110000 else "\ufffd"
        char = self.text[self.at]
        self.at += 1
        if char == "c" and self.at < len(self.text):
            self.at += 1
            return chr(ord(self.text[self.at - 1]) & 0x1F)
        return _ANSI_C.get(char, char if char in "\\'\"?" else "\\" + char)
