"""What the app may do with profiles: know which one is open, and open another."""

from collections.abc import Callable
from dataclasses import dataclass, field

from services.profile.secrets import Memory
from tui.desk import OpenWorkbench


@dataclass
class Profiles:
    """`current` is the open one, `opening` makes what opens another; `memory` holds secrets as long as the app runs."""

    current: str
    opening: Callable[[str], OpenWorkbench]
    memory: Memory = field(default_factory=dict, repr=False)
