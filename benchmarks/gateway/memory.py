"""Resident memory of the whole sandbox (FusionAuth, control plane, gateway, Node) over many calls."""

from benchmarks.gateway.load import put_under_load
from benchmarks.gateway.server import Server
from benchmarks.report import Result

UNDER = 220  # MB
CALLS = 100_000
_GROWTH_AT_MOST = 0.05
_WARM = 20_000  # by then every pool, cache and log is full
_CONNECTIONS = 32


def measure(server: Server) -> list[Result]:
    """Call again and again; the peak counts, and what was added after the first calls."""
    at_start = server.megabytes()
    calls, peak, warm = 0, at_start, 0.0
    while calls < CALLS + _WARM:
        calls += put_under_load(server, _CONNECTIONS, 2)[0]
        megabytes = server.megabytes()
        peak = max(peak, megabytes)
        if calls >= _WARM and not warm:
            warm, before = megabytes, calls
    growth = megabytes / warm - 1
    return [
        Result(
            "Memory of the whole sandbox at its peak",
            f"{peak:.0f} MB",
            f"under {UNDER} MB",
            peak < UNDER,
            (f"before the first call {at_start:.0f} MB, after the last {megabytes:.0f} MB",),
        ),
        Result(
            f"Memory added by {calls - before:,} calls",
            f"{growth:+.1%}",
            f"at most {_GROWTH_AT_MOST:+.0%}",
            growth <= _GROWTH_AT_MOST,
            (f"from {warm:.0f} MB after the first {before:,} calls to {megabytes:.0f} MB",),
        ),
    ]
