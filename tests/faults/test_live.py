"""On a live profile nothing is broken by accident."""

import click
import pytest

from services.errors import ConfigurationError
from services.faults.catalogue import FAULTS
from services.workbench import Where
from tui.commands.breaking import _confirm
from tui.commands.output import Output

WHERE = Where("dev", "live", "", "auth.example.com", "Default", "123456789012", "eu-central-1", "")


def confirm(confirmed: str | None) -> None:
    _confirm(Output(), WHERE, FAULTS[:1], confirmed)


def test_without_a_terminal_the_name_must_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(ConfigurationError, match="nobody is there to confirm") as refused:
        confirm(None)
    assert "--yes dev" in refused.value.fix


@pytest.mark.parametrize("name", ["", "y", "yes", "Dev", "sandbox"])
def test_another_name_will_not_do(name: str) -> None:
    with pytest.raises(ConfigurationError, match="nothing was changed"):
        confirm(name)


def test_the_name_will_do() -> None:
    confirm("dev")


def test_whoever_types_it_sees_where_it_will_happen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "prompt", lambda *_, **__: "dev")
    confirm(None)
    said = capsys.readouterr().err
    for named in ("dev", "auth.example.com", "Default", "123456789012", "eu-central-1"):
        assert named in said
