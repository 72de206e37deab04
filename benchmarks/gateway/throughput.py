"""Requests a second of both servers, each request with a token, in turn and on the same machine."""

from statistics import median

from benchmarks.gateway.load import put_under_load, seconds_for_pair
from benchmarks.gateway.server import Server
from benchmarks.report import Result

AT_LEAST = {2: 1.3, 32: 4.0}  # by number of connections
PAIR_AT_MOST = 0.5
_PAIRS = 20


def measure(ours: Server, theirs: Server, connections: int, rounds: int, seconds: int) -> Result:
    """Turns of so many seconds, one server after the other."""
    rates: dict[Server, list[float]] = {ours: [], theirs: []}
    processor: list[float] = []
    for turn in range(-1, rounds):  # the first turn only warms up
        for server in (ours, theirs):
            before = server.processor_seconds()
            requests, rate = put_under_load(server, connections, seconds)
            if turn >= 0:
                rates[server].append(rate)
            if turn >= 0 and server is ours:
                processor.append((server.processor_seconds() - before) / requests)
    ratio = median(mine / other for mine, other in zip(rates[ours], rates[theirs], strict=True))
    return Result(
        f"Requests a second over {connections} connections, against serverless-offline",
        f"{ratio:.2f} times",
        f"at least {AT_LEAST[connections]} times",
        ratio >= AT_LEAST[connections],
        (
            *(_series(server, rates[server]) for server in (ours, theirs)),
            f"Gatelight's process without its Node: {median(processor) * 1e6:.0f} µs of processor time a request",
        ),
    )


def measure_pairs(ours: Server, theirs: Server, rounds: int) -> Result:
    """One 401 and one 200 on connections of their own, warm, in turn."""
    took: dict[Server, list[float]] = {ours: [], theirs: []}
    for _ in range(rounds):
        for server in (ours, theirs):
            seconds_for_pair(server)
            took[server] += [seconds_for_pair(server) for _ in range(_PAIRS)]
    ratio = median(took[ours]) / median(took[theirs])
    return Result(
        "One 401 and one 200, against serverless-offline",
        f"{ratio:.2f} of its time",
        f"at most {PAIR_AT_MOST}",
        ratio <= PAIR_AT_MOST,
        tuple(f"{server.name:19}median {median(took[server]) * 1000:5.2f} ms" for server in (ours, theirs)),
    )


def _series(server: Server, rates: list[float]) -> str:
    low, middle, high = min(rates), median(rates), max(rates)
    return f"{server.name:19}median {middle:6,.0f}, {low:,.0f} to {high:,.0f}, {len(rates)} runs"
