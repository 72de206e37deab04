"""What a provisioned gate costs: list prices as data, each with its source, and what they come to at a volume.

No price is asked for: they are AWS's list prices for us-east-1 as of the date given. Free tiers are named and not
subtracted, because whether an account still has them cannot be seen from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

AS_OF = "2026-11"
PRICED_REGION = "us-east-1"
CALLS_A_MONTH = 1_000
MEMORY_GB = 0.125  # Lambda's default of 128 MB
BILLED_SECONDS = 0.1  # generous for a function that answers with its event's claims
LOGGED_GB = 1.0e-6  # about 1 kB a call: START, END and REPORT with a line of the function's own


@dataclass(frozen=True, slots=True)
class Price:
    """One thing that is billed: dollars for `per` units of `unit`, what of it is free, and who says so.

    `quoted` says that others quote the price from the source, and that the source itself was not read.
    """

    what: str
    dollars: float
    per: float
    unit: str
    free: str
    source: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class CostLine:
    """What one price comes to in a month, in dollars."""

    price: Price
    units: float

    @property
    def dollars(self) -> float:
        """Dollars a month, nothing free."""
        return self.units / self.price.per * self.price.dollars

    @property
    def basis(self) -> str:
        """The price in words."""
        amount = f"{self.price.dollars:.10f}".rstrip("0")
        whole = f"{self.price.dollars:.2f}" if len(amount) <= 4 else amount
        per = "" if self.price.per == 1 else f"{self.price.per:,.0f} "
        unit = "million " if self.price.per == 1e6 else per
        quoted = " (as others quote AWS)" if self.price.quoted else ""
        return f"${whole} per {unit}{self.price.unit}{quoted}; {self.price.free}"


@dataclass(frozen=True, slots=True)
class Cost:
    """What the profile's things cost in a month of `calls` calls."""

    lines: tuple[CostLine, ...]
    free: tuple[str, ...]  # what costs nothing by itself, a sentence each
    calls: int
    region: str

    @property
    def dollars(self) -> float:
        """Dollars a month, nothing free."""
        return sum(line.dollars for line in self.lines)

    @property
    def sentence(self) -> str:
        """The whole in one line."""
        rounded = "about $0" if self.dollars < 0.01 else f"about ${self.dollars:,.2f}"
        exact = f" (${self.dollars:.4f} without any free tier)" if self.dollars < 0.01 else " without any free tier"
        return f"{rounded} a month at {self.calls:,} calls{exact}; {self.prices}"

    @property
    def prices(self) -> str:
        """Which prices these are."""
        listed = f"{PRICED_REGION} list prices of {AS_OF}"
        return listed if self.region in ("", PRICED_REGION) else f"{listed}, not checked for {self.region}"


GATEWAY = Price(
    "API Gateway, HTTP API",
    1.00,
    1e6,
    "calls",
    "new accounts: 1 million a month free for 12 months",
    "https://aws.amazon.com/api-gateway/pricing/",
    quoted=True,
)
REQUESTS = Price(
    "Lambda, requests",
    0.20,
    1e6,
    "requests",
    "1 million a month free",
    "https://aws.amazon.com/lambda/pricing/",
)
DURATION = Price(
    "Lambda, duration",
    0.0000166667,
    1,
    "GB-second",
    "400,000 a month free",
    "https://aws.amazon.com/lambda/pricing/",
)
LOGS = Price(
    "CloudWatch Logs",
    0.50,
    1,
    "GB taken in",
    "5 GB a month free",
    "https://aws.amazon.com/cloudwatch/pricing/",
    quoted=True,
)
FREE = (
    "The role, the JWT authorizer, the route and the permission cost nothing by themselves.",
    "Nothing is billed while nobody calls.",
    "FusionAuth's Community edition is free where you host it yourself.",  # its pricing page, 2026-09
)
TUNNELS: Mapping[str, str] = {
    # ngrok documentation, "Free plan limits"
    "ngrok": "ngrok's free plan is enough for it: 20,000 requests and 1 GB a month.",
}


def estimate(region: str, *, calls: int = CALLS_A_MONTH, tunnel: str = "") -> Cost:
    """What `calls` calls a month cost in `region`, behind a tunnel of that provider."""
    lines = (
        CostLine(GATEWAY, calls),
        CostLine(REQUESTS, calls),
        CostLine(DURATION, calls * MEMORY_GB * BILLED_SECONDS),
        CostLine(LOGS, calls * LOGGED_GB),
    )
    free = (*FREE, *((TUNNELS[tunnel],) if tunnel in TUNNELS else ()))
    return Cost(lines, free, calls, region)
