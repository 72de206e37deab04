"""What a month costs: the prices, what they come to, and which region they are of."""

from services.aws.cost import DURATION, GATEWAY, LOGS, REQUESTS, estimate


def test_a_workshop_costs_about_nothing_and_a_million_calls_what_the_price_lists_say() -> None:
    small, large = estimate("us-east-1"), estimate("us-east-1", calls=1_000_000)
    assert small.sentence.startswith("about $0 a month at 1,000 calls ($0.0019 without any free tier)")
    by_price = {line.price: round(line.dollars, 4) for line in large.lines}
    assert by_price == {GATEWAY: 1.0, REQUESTS: 0.2, DURATION: 0.2083, LOGS: 0.5}
    assert large.sentence.startswith("about $1.91 a month at 1,000,000 calls without any free tier")


def test_each_line_says_what_is_billed_what_is_free_and_who_says_so() -> None:
    lines = {line.price.what: line for line in estimate("us-east-1").lines}
    assert lines["Lambda, requests"].basis == "$0.20 per million requests; 1 million a month free"
    assert lines["Lambda, duration"].basis == "$0.0000166667 per GB-second; 400,000 a month free"
    assert lines["CloudWatch Logs"].basis == "$0.50 per GB taken in (as others quote AWS); 5 GB a month free"
    assert all(line.price.source.startswith("https://aws.amazon.com/") for line in lines.values())


def test_prices_of_another_region_are_not_claimed() -> None:
    assert estimate("eu-central-1").prices == "us-east-1 list prices of 2026-11, not checked for eu-central-1"
    assert estimate("us-east-1").prices == "us-east-1 list prices of 2026-11"


def test_the_tunnel_is_mentioned_where_there_is_one() -> None:
    assert any("ngrok" in sentence for sentence in estimate("us-east-1", tunnel="ngrok").free)
    assert not any("ngrok" in sentence for sentence in estimate("us-east-1").free)
