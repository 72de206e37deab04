"""The request as it turns out to be, once the gateway's configuration and its answers are known."""

from dataclasses import replace

from services.diagnosis.aws_reads import CREDENTIALS
from services.diagnosis.facts import Missing
from services.diagnosis.gateway_calls import at_place
from services.diagnosis.gateway_probe import GatewayReading
from services.diagnosis.intake import Intake, Presented
from services.gateway.call import Answer


def with_url(intake: Intake, reading: GatewayReading) -> Intake:
    """The intake with the URL of the route that was found, where only the API's id was given."""
    api, stage = reading.facts.api, reading.facts.stage
    if isinstance(api, Missing) or not reading.path:
        return intake
    name = "" if isinstance(stage, Missing) or stage.name == "$default" else f"/{stage.name}"
    return replace(intake, url=f"{api.endpoint}{name}{reading.path}", method=reading.method)


def believed(reading: GatewayReading, answers: tuple[Answer | Missing, Answer | Missing]) -> GatewayReading:
    """An API that answers exists, although these credentials' account has none of that id."""
    api = reading.facts.api
    if not isinstance(api, Missing) or not api.gone:
        return reading
    if any(
        isinstance(each, Answer) and each.status not in (403, 404) and each.header("apigw-requestid")
        for each in answers
    ):
        reason = Missing("the API answers, but it is not in the account of these AWS credentials", CREDENTIALS)
        return replace(reading, facts=replace(reading.facts, api=reason))
    return reading


def found_at(intake: Intake, place: str) -> Intake:
    """The intake with the token that the request carries where the authorizer looks for it."""
    value = at_place(intake, place)
    if value is None or (intake.presented and intake.presented.place in ("", place)):
        return intake
    origin = intake.presented.origin if intake.presented else "the request"
    return replace(intake, presented=Presented(value, origin, place=place))
