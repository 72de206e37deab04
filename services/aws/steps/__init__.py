"""The AWS side's steps, in the order people read them."""

from services.aws.steps.api import DefaultStage, HttpApi
from services.aws.steps.authorizer import JwtAuthorizer
from services.aws.steps.function import Function
from services.aws.steps.identity import Identity
from services.aws.steps.integration import Integration
from services.aws.steps.log_group import LogGroup
from services.aws.steps.permission import InvokePermission
from services.aws.steps.ready import Ready
from services.aws.steps.role import Role
from services.aws.steps.route import Route
from services.aws.steps.side import AwsSide
from services.provisioning.step import Step


def aws_steps(side: AwsSide) -> tuple[Step, ...]:
    """Every step of the AWS side."""
    return (
        Identity(side),
        Role(side),
        LogGroup(side),
        Function(side),
        HttpApi(side),
        DefaultStage(side),
        Integration(side),
        JwtAuthorizer(side),
        Route(side),
        InvokePermission(side),
        Ready(side),
    )
