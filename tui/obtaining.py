"""A token in the way the person wants it, told to the screen where the way needs the person."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from services.cancel import Cancellation
from services.redact import Secret
from services.tokens.ways import Way, Wish
from tui.asking import Question
from tui.browser import has_browser, open_apart
from tui.messages import CodeWanted, VisitBegan, WorkMessage

if TYPE_CHECKING:
    from services.tokens.hand import TokenInHand
    from services.tokens.two_factor import Challenge
    from services.workbench import Workbench


def obtain(
    workbench: "Workbench",
    wish: Wish,
    held: "TokenInHand | None",
    *,
    run: int,
    post: Callable[[WorkMessage], None],
    cancellation: Cancellation,
) -> "TokenInHand":
    """Get the token; blocks, also while the person is asked. `held` is what a refresh renews."""
    match wish.way:
        case Way.LOGIN:

            def ask_code(challenge: "Challenge") -> str:
                question: Question[str] = Question(cancellation)
                post(CodeWanted(run, challenge.question, question.answer))
                return question.wait()

            return workbench.get_token(cancellation, ask_code)
        case Way.BROWSER:
            return workbench.tokens.by_browser(
                cancellation,
                open_browser=open_apart if has_browser() else None,
                attend=lambda visit: post(VisitBegan(run, visit)),
            )
        case Way.REFRESH:
            return workbench.tokens.by_refresh(held.refresh_token if held else Secret(""), wish.at)
