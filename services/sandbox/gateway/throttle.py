"""Throttling as configured on a stage: a token bucket per route, `rate` a second up to `burst` at once."""

from services.sandbox.aws.snapshot import Stage, Throttle


class Throttles:
    """The buckets of one API. Without a configured rate nothing is counted."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def admits(self, stage: Stage, route_key: str, now: float) -> bool:
        """Whether one more request of this route may pass at `now` (seconds); takes it into account if so."""
        own = dict(stage.throttles).get(route_key) if stage.throttles else None
        limit: Throttle = own or stage.default_throttle
        if limit.rate is None:
            return True
        size = float(limit.burst if limit.burst is not None else max(1.0, limit.rate))
        # Routes without settings of their own have a bucket each, as on AWS the stage's default applies per route.
        level, last = self._buckets.get((stage.name, route_key), (size, now))
        level = min(size, level + max(0.0, now - last) * limit.rate)
        admitted = level >= 1 and limit.rate > 0
        self._buckets[stage.name, route_key] = (level - 1 if admitted else level, now)
        return admitted
