"""Property tests whose outcome does not depend on how busy the machine is."""

from typing import Any

from hypothesis import HealthCheck, settings


def calm(**changed: Any) -> settings:
    """Hypothesis settings without a deadline per example; `changed` as in `hypothesis.settings`."""
    return settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], **changed)
