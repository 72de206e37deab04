"""`python -m services.sandbox`: a sandbox as a child process, told of by JSON lines on standard output.

`{"progress": "…"}` while it comes up, then one `{"ready": …}` with its record, or `{"error": …}`; nothing after that.
"""

import os
import sys

import msgspec

from services.errors import GatelightError
from services.sandbox.endpoints import SandboxRecord
from services.sandbox.lines import Failure, Line
from services.sandbox.options import SandboxOptions


def main() -> int:
    """Run the sandbox until it is told to end; returns the exit code."""
    # Whatever else in this process prints must not come between the lines.
    lines = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)

    def say(line: Line) -> None:
        lines.write(msgspec.json.encode(line) + b"\n")

    def ready(record: SandboxRecord) -> None:
        say(Line(ready=record))

    def progress(text: str) -> None:
        say(Line(progress=text))

    try:
        options = SandboxOptions.parse(sys.argv[1:])
        from services.sandbox.serve import serve

        return serve(options, ready=ready, progress=progress)
    except GatelightError as error:
        say(Line(error=Failure(error.message, error.fix, error.exit_code)))
        return error.exit_code


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # at once, whatever threads a library has left running
