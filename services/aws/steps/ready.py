"""The gate is up when it says no."""

from services.aws.steps.side import ROUTE_PATH, AwsSide
from services.errors import ExpectationFailed
from services.provisioning.calls import Calls, http
from services.provisioning.step import Finding, Side, State, Step, StepSpec, Work

READY_SECONDS = 30.0  # a new route is deployed after a moment: 404 until then


class Ready(Step):
    """Call the route without a token until the authorizer refuses it."""

    spec = StepSpec(
        "ready",
        Side.AWS,
        "answers 401",
        "We knock without a token. A 401 shows that the gate is up and guarded; a 404 only that it is not there yet.",
        needs=("stage", "route", "permission"),
    )
    calls = Calls(read=http("gateway", f"GET {ROUTE_PATH}"))

    def __init__(self, side: AwsSide) -> None:
        self._side = side

    def find(self, work: Work) -> Finding:
        """Wait until the route answers 401. Raises ExpectationFailed when it does not in time."""
        url = work.facts["api_endpoint"] + ROUTE_PATH
        waited, pause = 0.0, 0.1
        while (status := self._side.http.send("GET", url).status) != 401:
            if waited >= READY_SECONDS or status not in (403, 404, 429, 500, 503):
                raise ExpectationFailed(
                    f'"{url}" answers {status} without a token; a guarded route answers 401.',
                    "Run the steps “route” and “$default stage” again.",
                )
            work.waiting(f"the route answers {status}, it is not deployed yet", READY_SECONDS - waited)
            work.cancellation.wait(pause)
            waited, pause = waited + pause, min(pause * 2, 2.0)
        return Finding(State.RIGHT, {"invoke_url": url}, word="ready", note=url, link=url)
