"""A pasted command is cut into words as bash itself cuts it."""

import random
import shutil
import subprocess

import pytest

from services.diagnosis.shell_words import split_command

PIECES = (
    *("a", "b", " ", "  ", "'x y'", '"p q"', '"a\\"b"', "'it'", "\\ ", "\\\\", "\\'", "$'a\\nb'", "$'\\x41\\u00e9'"),
    *("$'\\101\\''", "$'\\cA\\e'", '"\\n"', "\\\n  ", ":", "=", "/", "?", "é", '"a\\\nb"', "''", '""', "-H", "@", "~x"),
    *("\\$", '"\\$x"', '"\\`"', "[z]", "{q}", "%20", "!"),
)


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash to compare with")
def test_words_are_those_of_bash() -> None:
    chance = random.Random(401)
    commands = ["curl " + "".join(chance.choices(PIECES, k=chance.randint(1, 8))) for _ in range(400)]
    script = 'set -f\nsay() { printf \'%s\\0\' "$#" "$@"; }\n'
    script += "\n".join(f"say {command}" for command in commands)
    said = subprocess.run(["bash", "-c", script], capture_output=True, check=True, timeout=20).stdout

    waiting = iter(said.decode("utf-8").split("\0")[:-1])
    for command in commands:
        words = [next(waiting) for _ in range(int(next(waiting)))]
        assert [word.text for word in split_command(command).words] == words, command


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ('curl "https://x/a?b=1&c=2" ^\r\n  -H "A: b c"', ["curl", "https://x/a?b=1&c=2", "-H", "A: b c"]),
        ('curl ^"https://x/^%^20^" ^\n -H ^"A: ^\\^"b^\\^"^"', ["curl", "https://x/%20", "-H", 'A: "b"']),
        ("curl.exe 'https://x' `\r\n -H 'A: it''s'", ["curl.exe", "https://x", "-H", "A: it's"]),
        ('curl.exe "https://x" `\n -H "A: `"b`" `$c"', ["curl.exe", "https://x", "-H", 'A: "b" $c']),
    ],
)
def test_commands_for_windows_are_cut_as_their_shells_do(command: str, words: list[str]) -> None:
    assert [word.text for word in split_command(command).words] == words


def test_a_command_ends_where_the_shell_ends_it() -> None:
    for ending in ("\nls", "; ls", " | jq .", " && ls", " # that was it", " > out.txt", " 2>&1", " 2>/dev/null | jq"):
        assert [word.text for word in split_command(f"curl -i x{ending}").words] == ["curl", "-i", "x"], ending
