"""How line commands speak: data to stdout, talk to stderr, text for people or one JSON document for programs."""

import json
import sys
from dataclasses import dataclass
from typing import Any

from services.errors import GatelightError
from tui.safe import harmless


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command's words go. With `as_json`, people's lines are left out and `document` is printed instead."""

    as_json: bool = False

    def line(self, text: str = "") -> None:
        """A line of data for people."""
        if not self.as_json:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()

    def document(self, content: dict[str, Any] | list[Any]) -> None:
        """The data for programs."""
        if self.as_json:
            sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
            sys.stdout.flush()

    def document_line(self, content: dict[str, Any]) -> None:
        """Data for programs that follow what goes on: one line each time."""
        if self.as_json:
            sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
            sys.stdout.flush()

    def talk(self, text: str) -> None:
        """A remark to people, beside the data."""
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def error(self, error: GatelightError) -> None:
        """What went wrong and what to do; programs get it as a document too."""
        self.document({"error": error_document(error)})
        self.talk(f"✘ {harmless(error.message)}")
        if error.fix:
            self.talk(f"  {harmless(error.fix)}")


def error_document(error: GatelightError) -> dict[str, Any]:
    """An error as data."""
    return {"message": error.message, "fix": error.fix, "exit_code": error.exit_code}
