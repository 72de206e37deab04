"""Sees to it that no child of this process outlives it, however it ends and however busy the child is.

A shell reads the children's process groups, a line each time they change, and ends the last ones named once the pipe
breaks. There is one for all children: a thread inside each would take 10 MB more of every Node.
"""

import contextlib
import signal
import subprocess

_SCRIPT = 'groups=; while read -r line; do groups=$line; done; [ -z "$groups" ] || kill -s {signal} -- $groups'


class Lifeline:
    """The process groups that must end with this process. `ending` is the signal they get then."""

    def __init__(self, ending: signal.Signals = signal.SIGKILL) -> None:
        self._script = _SCRIPT.format(signal=ending.name.removeprefix("SIG"))
        self._groups: set[int] = set()
        self._shell: subprocess.Popen[bytes] | None = None

    def hold(self, group: int) -> None:
        """From now on the group ends with this process."""
        self._groups.add(group)
        self._tell()

    def release(self, group: int) -> None:
        """The group has ended, or is ended by the caller."""
        if group in self._groups:
            self._groups.remove(group)
            self._tell()

    def close(self) -> None:
        """End every group that is still held, and the shell."""
        if self._shell and self._shell.stdin:
            self._shell.stdin.close()
            self._shell.wait(5)
            self._shell = None

    def _tell(self) -> None:
        if self._shell is None:
            self._shell = subprocess.Popen(
                ["/bin/sh", "-c", self._script],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd="/",
                env={},
                start_new_session=True,
            )
        line = " ".join(f"-{group}" for group in sorted(self._groups)) + "\n"
        with contextlib.suppress(BrokenPipeError):  # somebody killed it: the children still end in every ordinary way
            assert self._shell.stdin is not None  # noqa: S101 (it was asked for)
            self._shell.stdin.write(line.encode())
