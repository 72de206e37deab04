"""The ARNs by which an HTTP API and a function know each other."""


def function_arn(integration_uri: str) -> str:
    """The function's ARN in an integration URI, which may be wrapped in API Gateway's own; "" when there is none."""
    inner = integration_uri.partition("/functions/")[2].partition("/invocations")[0] or integration_uri
    return inner if inner.startswith("arn:") and ":lambda:" in inner and ":function:" in inner else ""


def execute_api_arn(api: str, stage: str, method: str, route_key: str) -> str:
    """The ARN a function's policy is checked against: stage, method and the route's path below the API's own ARN.

    `api` is `arn:PARTITION:execute-api:REGION:ACCOUNT:API_ID`.
    """
    resource = f"{method}{route_key.partition(' ')[2]}" if " " in route_key else route_key
    return f"{api}/{stage}/{resource}"
