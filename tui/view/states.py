"""What the other panes and the top line show: one frozen value each, replaced whole."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from services.errors import GatelightError

if TYPE_CHECKING:
    from services.diagnosis.agreement import Agreement
    from services.gateway.call import Answer
    from services.gateway.verdict import Verdict
    from services.workbench import Inspection, Where
    from tui.view.tunnel_text import TunnelView


class Light(StrEnum):
    """The gate's light: a glyph for each, so that it does not speak by colour alone."""

    UNKNOWN = "○"
    WORKING = "◐"
    OPEN = "●"
    BROKEN = "✘"


@dataclass(frozen=True, slots=True)
class TopView:
    """Where we are, what is going on, and whether secrets are shown (`secrets_for` seconds more)."""

    where: "Where | None" = None
    light: Light = Light.UNKNOWN
    activity: str = ""
    renews: bool = False
    faults: tuple[str, ...] = ()  # titles of those that are in
    secrets_for: int = 0
    tunnel: "TunnelView | None" = None  # once it has been looked at
    signed_out: bool = False  # AWS was asked who we are, and did not say


@dataclass(frozen=True, slots=True)
class StripView:
    """Whether the two strands hold, as far as they have been read; `read_at` in seconds since 1970, UTC."""

    agreement: "Agreement | None" = None
    error: GatelightError | None = None
    read_at: float | None = None


@dataclass(frozen=True, slots=True)
class TokenView:
    """The token in hand and what is thought of it at `now` (seconds since 1970, UTC)."""

    inspection: "Inspection | None" = None
    error: GatelightError | None = None
    empty: str = ""  # what stands there without a token
    revealed: bool = False
    now: float = 0.0
    renews: bool = False  # whether it shall be renewed by itself before it ends


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One of the two answers. `verdict` is what was predicted for this call, where it was."""

    caption: str  # "without a token", "with the token"
    answer: "Answer | None" = None
    verdict: "Verdict | None" = None
    as_predicted: bool | None = None
    error: GatelightError | None = None
    empty: str = ""
    revealed: bool = False
