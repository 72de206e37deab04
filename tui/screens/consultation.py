"""The doctor's window over the main screen: opened with work under way, kept true, and heeded when it is closed."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.screen import Screen

from services.errors import GatelightError
from tui.desk import Desk
from tui.messages import Job
from tui.screens.confirm import cure_screen

if TYPE_CHECKING:  # the doctor's window knows the rules, and those take long to import
    from services.diagnosis.diagnosis import Diagnosis, Finding
    from services.tokens.hand import TokenInHand
    from services.workbench import Where
    from tui.screens.doctor import DoctorScreen, DoctorView, DoctorWish

_DOCTORS_JOBS = (Job.EXAMINE, Job.CURE)


class Consultation:
    """At most one window. Closing it stops what it waits for."""

    def __init__(
        self,
        screen: Screen[None],
        desk: Desk,
        begin: Callable[[Callable[[], None]], None],
        *,
        token: Callable[[], "TokenInHand | None"],
        where: Callable[[], "Where | None"],
    ) -> None:
        self._screen = screen
        self._desk = desk
        self._begin = begin
        self._token = token
        self._where = where
        self._window: DoctorScreen | None = None

    def examine(self, at: str = "") -> None:
        """Open the window and look at everything; then the finding of id `at` is shown first, where there is one."""
        self._open("Examining", lambda: self._desk.examine(self._token()), at)

    def tell(self, diagnosis: "Diagnosis") -> None:
        """The doctor is done."""
        from tui.screens.doctor import DoctorView

        self._show(DoctorView(diagnosis))

    def fail(self, error: GatelightError) -> None:
        """The doctor, or the fix, came to no end."""
        from tui.screens.doctor import DoctorView

        self._show(DoctorView(error=error))

    def _open(self, activity: str, start: Callable[[], None], at: str = "") -> None:
        from tui.screens.doctor import DoctorScreen, DoctorView

        self._window = DoctorScreen(DoctorView(activity=activity), at)
        self._screen.app.push_screen(self._window, self._heed)
        self._begin(start)

    def _show(self, view: "DoctorView") -> None:
        if self._window is not None:
            self._window.state = view

    def _heed(self, wish: "DoctorWish | None") -> None:
        self._window = None
        if self._desk.job in _DOCTORS_JOBS:
            self._desk.cancel()
        if wish is not None and wish.finding is None:
            self.examine()
        elif wish is not None and wish.finding is not None:
            self._offer(wish.finding)

    def _offer(self, finding: "Finding") -> None:
        where = self._where()

        def apply(yes: bool | None) -> None:
            if yes:
                self._open("Applying the fix", lambda: self._desk.cure(finding.fix, self._token()))

        if where is not None:
            self._screen.app.push_screen(cure_screen(finding, where), apply)
