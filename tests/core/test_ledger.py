"""The ledger keeps what undo needs through crashes, other processes and damage, and never writes half a file."""

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import ConfigurationError
from services.provisioning.ledger import Ledger
from services.provisioning.step import Outcome, Record

CREATED = Record("s", Outcome.CREATED, {"a": "1"}, {}, "id")
CHANGED = Record("s", Outcome.CHANGED, {"issuer": "new"}, {"issuer": "first"}, "id")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledgers" / "p.json"


def test_records_and_intents_outlive_the_process_in_a_file_of_ones_own(file: Path) -> None:
    ledger = Ledger(file, "p")
    ledger.record(CREATED)
    ledger.intend(Record("t", Outcome.CHANGED, {}, {"issuer": "acme.com"}))
    again = Ledger(file, "p")
    assert again.records == {"s": CREATED}
    assert again.intents["t"].old == {"issuer": "acme.com"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["p.json"]


def test_without_a_path_nothing_is_written(tmp_path: Path) -> None:
    ledger = Ledger(None, "p")
    with ledger.exclusive():
        ledger.record(CREATED)
    assert ledger.records == {"s": CREATED}
    assert not [path for path in tmp_path.rglob("*") if "ledger" in path.name]


def test_an_unchanged_record_is_not_written_again(file: Path) -> None:
    ledger = Ledger(file, "p")
    ledger.record(CREATED)
    before = file.stat().st_ino
    ledger.record(CREATED)
    ledger.record(Record("s", Outcome.FOUND, {"a": "1"}, {}, "id"))
    assert file.stat().st_ino == before


def test_what_was_created_stays_created_and_what_was_changed_keeps_its_first_value(file: Path) -> None:
    ledger = Ledger(file, "p")
    ledger.record(CREATED)
    ledger.record(Record("s", Outcome.FOUND, {"a": "2"}, {}, "id"))
    assert ledger.records["s"] == Record("s", Outcome.CREATED, {"a": "2"}, {}, "id")
    ledger.forget("s")
    ledger.record(CHANGED)
    ledger.record(Record("s", Outcome.CHANGED, {"issuer": "newer"}, {"issuer": "second"}, "id"))
    ledger.record(Record("s", Outcome.FOUND, {"issuer": "newer"}, {}, "id"))
    assert ledger.records["s"].old == {"issuer": "first"}
    assert ledger.records["s"].outcome is Outcome.CHANGED


def test_another_thing_in_the_place_of_ours_is_not_ours(file: Path) -> None:
    ledger = Ledger(file, "p")
    ledger.record(CREATED)
    ledger.record(Record("s", Outcome.FOUND, {}, {}, "theirs"))
    assert ledger.records["s"].outcome is Outcome.FOUND


def test_an_open_intent_keeps_its_old_values_until_the_step_is_recorded(file: Path) -> None:
    ledger = Ledger(file, "p")
    ledger.intend(CHANGED)
    kept = Ledger(file, "p").intend(Record("s", Outcome.CHANGED, {}, {"issuer": "ours already"}, "id"))
    assert kept.old == {"issuer": "first"}
    ledger.record(kept)
    assert ledger.intents == {}
    assert Ledger(file, "p").intents == {}


def test_a_retracted_intent_is_gone_and_records_stay(file: Path) -> None:
    ledger = Ledger(file, "p")
    ledger.record(CREATED)
    ledger.intend(Record("t", Outcome.CREATED))
    ledger.retract("t")
    ledger.retract("never there")
    assert Ledger(file, "p").intents == {}
    assert Ledger(file, "p").records == {"s": CREATED}


def test_records_of_a_sandbox_die_with_it(file: Path) -> None:
    Ledger(file, "p", "instance-1").record(CREATED)
    assert Ledger(file, "p", "instance-1").records
    assert Ledger(file, "p", "instance-2").records == {}
    assert Ledger(file, "p").facts == {}


def test_what_another_process_wrote_is_seen(file: Path) -> None:
    ledger = Ledger(file, "p")
    assert ledger.records == {}
    Ledger(file, "p").record(CREATED)
    with ledger.exclusive():
        assert ledger.records == {"s": CREATED}


OUTCOMES = st.sampled_from(list(Outcome))
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["intend", "record", "retract", "forget", "crash"]),
        st.sampled_from("xy"),
        OUTCOMES,
        st.sampled_from("12"),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=60)
@given(actions=ACTIONS)
def test_the_file_always_says_what_the_memory_says(
    tmp_path_factory: pytest.TempPathFactory, actions: list[tuple[str, str, Outcome, str]]
) -> None:
    file = tmp_path_factory.mktemp("algebra") / "l.json"
    ledger = Ledger(file, "p")
    made: dict[str, Outcome] = {}
    for action, step, outcome, value in actions:
        record = Record(step, outcome, {"fact": value}, {"old": value}, "same")
        if action == "intend":
            ledger.intend(record)
        elif action == "record":
            ledger.record(record)
            made[step] = outcome if outcome is Outcome.ADOPTED else made.get(step, outcome)
        elif action == "retract":
            ledger.retract(step)
        elif action == "forget":
            ledger.forget(step)
            made.pop(step, None)
        else:
            ledger = Ledger(file, "p")
        assert Ledger(file, "p").records == ledger.records
        assert Ledger(file, "p").intents == ledger.intents
        # What was made once is never taken for found: down would leave it behind.
        for name, first in made.items():
            if first in (Outcome.CREATED, Outcome.CHANGED):
                assert ledger.records[name].outcome in (Outcome.CREATED, Outcome.CHANGED)


FIRST_VERSION = b"""{
  "profile": "p", "instance": "", "version": 1,
  "intents": {"t": {"step_id": "t", "outcome": "changed", "facts": {}, "old": {"issuer": "acme.com"}}},
  "records": {
    "s": {"step_id": "s", "outcome": "created", "facts": {"a": "1"}, "old": {}, "resource_id": "id"},
    "user": {"step_id": "user", "outcome": "found", "facts": {}, "old": {}, "resource_id": "u"}
  },
  "breaks": {"audience": {"fault_id": "audience", "old": "x", "new": "y"}}
}"""


def test_a_ledger_of_the_first_version_is_read_as_it_is_and_written_anew_with_the_next_change(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(FIRST_VERSION)
    ledger = Ledger(file, "p")
    assert ledger.records["s"] == CREATED
    assert ledger.records["s"].since == ledger.records["s"].at == ""
    assert ledger.intents["t"].old == {"issuer": "acme.com"}
    assert ledger.breaks[0].old == "x"
    assert file.read_bytes() == FIRST_VERSION

    ledger.record(CREATED)
    assert file.read_bytes() == FIRST_VERSION
    ledger.record(Record("s", Outcome.FOUND, {"a": "2"}, {}, "id"))
    content = json.loads(file.read_text())
    assert content["version"] == 2
    assert set(content["records"]) == {"s", "user"}
    assert Ledger(file, "p").records["s"].since == "", "nobody knows when"
    assert Ledger(file, "p").records["s"].at


def test_times_say_when_something_was_made_and_when_it_last_changed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(f"2026-01-0{day}T00:00:00Z" for day in range(1, 9))
    monkeypatch.setattr("services.provisioning.ledger._now", lambda: next(times))
    ledger = Ledger(file, "p")
    assert ledger.intend(CREATED).since == "2026-01-01T00:00:00Z"
    ledger.record(CREATED)
    ledger.record(Record("s", Outcome.FOUND, {"a": "1"}, {}, "id"))
    ledger.record(Record("s", Outcome.CHANGED, {"a": "2"}, {}, "id"))
    record = Ledger(file, "p").records["s"]
    assert (record.since, record.at) == ("2026-01-02T00:00:00Z", "2026-01-04T00:00:00Z")


def test_adopting_replaces_what_was_ours_and_stays(file: Path) -> None:
    ledger = Ledger(file, "p")
    ledger.record(CREATED)
    ledger.record(Record("s", Outcome.ADOPTED, {}, {}, "id"))
    assert ledger.records["s"].outcome is Outcome.ADOPTED
    ledger.record(CREATED)
    assert [ledger.records["s"].outcome] == [Outcome.CREATED], "theirs was gone, and another was made"


def refuse(number: int) -> Any:
    def call(*arguments: object, **options: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return call


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is damaged"),
        (b"", "is damaged"),
        (b"[]", "is damaged"),
        (b"\xff\xfe\x00", "is damaged"),
        (b'{"profile":"\xff"}', "is damaged"),
        (b'{"profile":"p"}', "is damaged"),
        (b'{"profile":"p","instance":"","version":1,"records":{"s":{"step_id":"s","outcome":"melted"}}}', "is damaged"),
        (b'{"profile":"p","instance":"","version":1,"more":1}', "is damaged"),
        (b'{"profile":"p","instance":"","version":"2"}', "is damaged"),
        (b'{"profile":"p","instance":"","version":0}', "is damaged"),
        (b'{"profile":"p","instance":"","version":99,"more":1}', "has version 99; this Gatelight knows 2"),
    ],
)
def test_a_damaged_or_newer_ledger_is_refused_and_left_untouched(file: Path, content: bytes, said: str) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=said) as raised:
        Ledger(file, "p")
    assert str(file) in raised.value.message
    assert raised.value.fix
    assert file.read_bytes() == content


def test_a_ledger_cut_off_anywhere_is_refused_and_left_as_it_is(file: Path) -> None:
    Ledger(file, "p", "i").record(CREATED)
    whole = file.read_bytes()
    for length in range(len(whole) - 2):  # without its last line break it is whole
        file.write_bytes(whole[:length])
        with pytest.raises(ConfigurationError, match="is damaged") as raised:
            Ledger(file, "p", "i")
        assert "gatelight down --by-tag" in raised.value.fix
        assert file.read_bytes() == whole[:length]


def test_a_linked_ledger_is_written_where_it_is_and_the_link_stays(file: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "synced" / "real.json"
    elsewhere.parent.mkdir()
    file.parent.mkdir()
    file.symlink_to(elsewhere)
    with Ledger(file, "p").exclusive():
        Ledger(file, "p").record(CREATED)
    assert file.is_symlink()
    assert Ledger(elsewhere, "p").records == {"s": CREATED}
    file.unlink()
    file.symlink_to(file)
    with pytest.raises(ConfigurationError, match="Too many levels of symbolic links"):
        Ledger(file, "p")


def test_a_run_takes_the_file_back_from_others_eyes_and_clears_what_a_killed_one_left(file: Path) -> None:
    ledger = Ledger(file, "p")
    ledger.record(CREATED)
    file.chmod(0o644)
    old, new, others = (file.parent / name for name in (".p.json-old", ".p.json-new", ".q.json-old"))
    for path in (old, new, others):
        path.write_text("{")
    for path in (old, others):
        os.utime(path, (0, 0))
    with ledger.exclusive():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not old.exists()
    assert new.exists(), "somebody may be writing it"
    assert others.exists(), "it is another profile's"


def test_somebody_elses_ledger_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Ledger(file, "p").record(CREATED)
    before = file.read_bytes()
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(ConfigurationError, match="belongs to another user") as raised:
        Ledger(file, "p")
    assert "GATELIGHT_STATE_DIR" in raised.value.fix
    assert file.read_bytes() == before


KILLED = """
import os, signal, sys
from pathlib import Path
from services.provisioning.ledger import Ledger
from services.provisioning.step import Outcome, Record

path, seen = Path(sys.argv[1]), []
before = {name: getattr(os, name) for name in ("fsync", "replace", "write", "open")}

def dying(name, count):
    calls = iter(range(count))
    def call(*arguments, **options):
        if next(calls, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return before[name](*arguments, **options)
    setattr(os, name, call)

for name in before:
    for count in range(8):
        Ledger(path, "p").forget("s")
        pid = os.fork()
        if pid == 0:
            ledger = Ledger(path, "p")
            dying(name, count)
            ledger.intend(Record("s", Outcome.CREATED))
            ledger.record(Record("s", Outcome.CREATED, {"a": "1"}, {}, "id"))
            os._exit(0)
        os.waitpid(pid, 0)
        ledger = Ledger(path, "p")
        seen.append((len(ledger.intents), len(ledger.records)))
assert set(seen) == {(0, 0), (1, 0), (0, 1)}, seen
"""


def test_a_kill_in_the_middle_of_a_write_leaves_what_was_or_what_shall_be(file: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


FULL = """
import resource, sys
from pathlib import Path
from services.errors import ConfigurationError
from services.provisioning.ledger import Ledger
from services.provisioning.step import Outcome, Record

ledger = Ledger(Path(sys.argv[1]), "p")
ledger.record(Record("s", Outcome.CREATED, {"a": "1"}, {}, "id"))
resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
try:
    ledger.record(Record("t", Outcome.CREATED, {"a": "x" * 1000}, {}, "id"))
except ConfigurationError as error:
    print(error.message)
assert set(ledger.records) == {"s"}
ledger.intend(Record("u", Outcome.CREATED))
"""


def test_a_limit_of_the_systems_leaves_the_file_and_the_memory_as_they_were(file: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", FULL, str(file)], capture_output=True, text=True, check=True)
    assert "cannot be written: File too large" in ended.stdout
    assert set(Ledger(file, "p").records) == {"s"}
    assert set(Ledger(file, "p").intents) == {"u"}
    assert [path.name for path in file.parent.iterdir()] == ["p.json"]


def test_a_folder_in_its_place_is_named(file: Path) -> None:
    file.mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        Ledger(file, "p")


def test_a_file_in_its_folders_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "ledgers").write_text("")
    with pytest.raises(ConfigurationError, match=r"cannot be (read|written): Not a directory"):
        Ledger(tmp_path / "ledgers" / "p.json", "p").record(CREATED)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_ledger_that_cannot_be_written_says_so_and_keeps_its_file_whole(
    file: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    Ledger(file, "p").record(CREATED)
    before = file.read_bytes()
    ledger = Ledger(file, "p")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse(number))
        with pytest.raises(ConfigurationError, match=f"cannot be written: {os.strerror(number)}") as raised:
            ledger.intend(Record("t", Outcome.CREATED))
    assert "GATELIGHT_STATE_DIR" in raised.value.fix
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["p.json"]


def test_a_second_holder_is_refused_and_the_next_one_is_let_in(file: Path) -> None:
    first, second = Ledger(file, "p"), Ledger(file, "p")
    with first.exclusive(), pytest.raises(ConfigurationError, match='working on the profile "p"'), second.exclusive():
        raise AssertionError
    with second.exclusive():
        pass


def test_the_file_is_readable_json_for_people(file: Path) -> None:
    Ledger(file, "p", "i").record(CREATED)
    content = json.loads(file.read_text())
    assert content["profile"] == "p"
    assert content["records"]["s"]["outcome"] == "created"
    assert file.read_text().count("\n") > 5
