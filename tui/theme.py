"""Gatelight's own colours."""

from textual.theme import Theme

GATELIGHT = Theme(
    name="gatelight",
    primary="#7aa2f7",
    secondary="#8fb0ff",
    accent="#e0af68",
    warning="#e0af68",
    error="#f26d78",
    success="#73c991",
    foreground="#c8d0e0",
    background="#11151c",
    surface="#11151c",
    panel="#1d2430",
    variables={
        "block-cursor-background": "#1d2430",
        "block-cursor-foreground": "#c8d0e0",
        "block-cursor-text-style": "bold",
        "border": "#7aa2f7",
        "scrollbar": "#2a3342",
        "scrollbar-hover": "#3a4558",
        "scrollbar-active": "#7aa2f7",
        "scrollbar-background": "#11151c",
        "scrollbar-corner-color": "#11151c",
    },
)
