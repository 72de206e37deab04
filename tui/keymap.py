"""The one table of what a person can do on the main screen: it makes keys, key bar, palette and help."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType

from tui.messages import Job


class Focus(StrEnum):
    """What has the focus, as far as keys care."""

    STEPS = "steps"
    STRIP = "strip"
    TOKEN = "token"  # noqa: S105 - the name of a pane
    ANSWER = "answer"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Situation:
    """All that decides which keys work now."""

    opened: bool = False
    job: Job | None = None
    steps_left: bool = False
    fusionauth_ready: bool = False
    aws_ready: bool = False
    something_made: bool = False
    token: bool = False
    renewable: bool = False
    broken: bool = False
    failed_to_open: bool = False
    focus: Focus = Focus.NOTHING
    step_selected: bool = False
    exchange_selected: bool = False
    answer_shown: bool = False

    @property
    def idle(self) -> bool:
        """Whether new work can start."""
        return self.opened and self.job is None


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. `id` names the binding (for remapping) and the method `action_<id>` of the screen."""

    id: str
    key: str
    label: str
    explanation: str
    works: Callable[[Situation], bool]
    rank: int = 1  # in the key bar: the higher numbers give way first where it is narrow; 0 is never in it
    scope: str = "screen"


ACTIONS: tuple[Action, ...] = (
    Action(
        "provision",
        "p",
        "Provision",
        "Provision both sides; what is there already is found and left alone. A live profile shows its plan first.",
        lambda now: now.idle,
    ),
    Action(
        "plan",
        "P",
        "Plan",
        "Show what provisioning would do: every change, every call, the IAM actions, the cost. Changes nothing.",
        lambda now: now.idle,
        rank=3,
    ),
    Action("retry_opening", "p", "Try again", "Start again after a start that failed.", lambda now: now.failed_to_open),
    Action("next_step", "n", "Next step", "Run just the next step.", lambda now: now.idle and now.steps_left),
    Action(
        "get_token",
        "t",
        "Token",
        "Get a token, the way the last one was got: the Login API, until you choose another.",
        lambda now: now.idle and now.fusionauth_ready,
    ),
    Action(
        "choose_way",
        "T",
        "Ways",
        "Choose how to get a token: Login API, browser or refresh token, and what each one's token carries.",
        lambda now: now.idle and now.fusionauth_ready,
        rank=2,
    ),
    Action(
        "toggle_renewal",
        "a",
        "Auto-renew",
        "Renew the token by itself a minute before it ends, or stop doing so.",
        lambda now: now.opened and now.renewable,
        rank=5,
    ),
    Action(
        "call",
        "c",
        "Call",
        "Call the gateway twice: without a token and with the one in hand.",
        lambda now: now.idle and now.aws_ready,
    ),
    Action(
        "examine",
        "d",
        "Doctor",
        "Name every reason for a refusal, with its evidence and one fix each; reads, and changes nothing.",
        lambda now: now.idle and now.something_made,
    ),
    Action(
        "undo_all",
        "u",
        "Undo all",
        "Tear everything down again; asks first, and names what goes.",
        lambda now: now.idle and now.something_made,
        rank=2,
    ),
    Action(
        "break_it",
        "b",
        "Break it",
        "Put a real fault in and watch it travel, or take it out again.",
        lambda now: now.idle and now.fusionauth_ready and now.aws_ready,
        rank=2,
    ),
    Action(
        "cancel",
        "escape",
        "Cancel",
        "Stop the work under way.",
        lambda now: now.job is not None,
    ),
    Action(
        "step_detail",
        "enter",
        "Detail",
        "Open the selected step: every request and response, and the commands.",
        lambda now: now.focus is Focus.STEPS and now.step_selected,
    ),
    Action(
        "fix",
        "enter",
        "Fix",
        "Show what disagrees, and what to do about it.",
        lambda now: now.focus is Focus.STRIP and now.broken and now.idle,
    ),
    Action(
        "compare",
        "enter",
        "Read again",
        "Read the issuer and the audience again in every place.",
        lambda now: now.focus is Focus.STRIP and not now.broken and now.idle and now.something_made,
    ),
    Action(
        "token_detail",
        "enter",
        "Inspect",
        "Open the inspector: every claim, key and check; paste other tokens, compare two.",
        lambda now: now.focus is Focus.TOKEN and now.opened,
    ),
    Action(
        "answer_detail",
        "enter",
        "Whole answer",
        "Open the request and the whole response.",
        lambda now: now.focus is Focus.ANSWER and now.answer_shown,
    ),
    Action(
        "copy_command",
        "y",
        "Copy command",
        "Copy the equivalent curl or aws command of the selected step or answer.",
        lambda now: now.exchange_selected,
        rank=3,
    ),
    Action(
        "redo_step",
        "r",
        "Run again",
        "Run the selected step again.",
        lambda now: now.idle and now.focus is Focus.STEPS and now.step_selected,
        rank=3,
    ),
    Action(
        "reveal",
        "v",
        "Reveal",
        "Show secrets for ten seconds, or hide them again at once.",
        lambda now: now.opened,
        rank=2,
        scope="app",
    ),
    Action(
        "profiles",
        "o",
        "Profiles",
        "Open another profile, or make a new one for a real account.",
        lambda now: now.job is None,
        rank=5,
    ),
    Action("help", "question_mark", "Help", "Show this help.", lambda _: True),
    Action("next_pane", "tab", "Next pane", "Go to the next pane (shift+tab: back).", lambda _: True, rank=0),
    Action("previous_pane", "shift+tab", "Previous pane", "Go to the pane before.", lambda _: True, rank=0),
    Action("show_pane(0)", "1", "FusionAuth", "Go to the FusionAuth steps.", lambda _: True, rank=0),
    Action("show_pane(1)", "2", "AWS", "Go to the AWS steps.", lambda _: True, rank=0),
    Action("show_pane(2)", "3", "Token", "Go to the token.", lambda _: True, rank=0),
    Action("show_pane(3)", "4", "Answers", "Go to the answers.", lambda _: True, rank=0),
    Action("show_pane(4)", "0", "Agreement", "Go to the agreement strip.", lambda _: True, rank=0),
    Action("quit", "q", "Quit", "Quit at once: all work stops, and the sandbox ends.", lambda _: True, 4, "app"),
)

_BY_ID = {action.id.partition("(")[0]: action for action in ACTIONS}
RANKS = {f"{action.scope}.{action.id}" if action.scope != "screen" else action.id: action.rank for action in ACTIONS}


def bindings() -> list[BindingType]:
    """The bindings of the main screen."""
    return [
        Binding(
            action.key,
            action.id if action.scope == "screen" else f"{action.scope}.{action.id}",
            action.label,
            show=action.rank > 0,
            tooltip=action.explanation,
            id=action.id.replace("_", "-").replace("(", "-").rstrip(")"),
        )
        for action in ACTIONS
    ]


def works(action: str, situation: Situation) -> bool:
    """Whether an action can be done now; actions that are not in the table always can."""
    known = _BY_ID.get(action)
    return known is None or known.works(situation)
