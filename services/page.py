"""The frame of the few pages that a person sees in a browser: one style, light or dark as they like, nothing fetched.

Colours are those of the app. Text has a contrast of at least 4.5 to 1, the border of a field 3 to 1 (WCAG 2.2, 1.4.3
and 1.4.11).
"""

from html import escape

STYLE_POLICY = "style-src 'unsafe-inline'"  # what a Content-Security-Policy must allow; neither images nor fonts

_STYLE = """
:root { color-scheme: light dark; --page: #eef1f7; --card: #fff; --text: #1a2230; --quiet: #566176; --line: #7d889c;
  --accent: #2f5fd0; --on-accent: #fff; --good: #1b7a43; --bad: #b3261e; --bad-card: #fdeeec }
@media (prefers-color-scheme: dark) { :root { --page: #11151c; --card: #1d2430; --text: #c8d0e0; --quiet: #98a3b8;
  --line: #6b778d; --accent: #7aa2f7; --on-accent: #11151c; --good: #73c991; --bad: #f26d78; --bad-card: #33212a } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem 1rem;
  background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 25rem; padding: 2rem; border-radius: .75rem; background: var(--card);
  box-shadow: 0 1px 2px #0003, 0 8px 24px #0002; overflow-wrap: anywhere }
h1 { margin: 0; font-size: 1.4rem; line-height: 1.3 }
p { margin: .75rem 0 0 }
.quiet { color: var(--quiet); font-size: .875rem }
.good { color: var(--good) }
.bad { color: var(--bad) }
[role=alert] { padding: .6rem .8rem; border-left: .25rem solid var(--bad); background: var(--bad-card) }
label { display: block; margin: 1.1rem 0 .3rem; font-weight: 600 }
input, button { width: 100%; padding: .6rem .75rem; border-radius: .4rem; font: inherit }
input { border: 1px solid var(--line); background: transparent; color: inherit }
input[aria-invalid] { border-color: var(--bad) }
button { margin-top: 1.5rem; border: 0; background: var(--accent); color: var(--on-accent); font-weight: 600 }
:focus-visible { outline: .2rem solid var(--accent); outline-offset: .15rem }
pre { margin: 1rem 0 0; padding: .75rem; border-radius: .4rem; background: var(--page); font-size: .8rem;
  white-space: pre-wrap }
"""
_GLYPHS = {"good": "✔", "bad": "✘"}


def page(title: str, body: str, *, mark: str = "") -> bytes:
    """A whole document. `title` is text and heads it, `body` is HTML; `mark` is `good` or `bad` for how it went."""
    glyph = f'<span class="{mark}" aria-hidden="true">{_GLYPHS[mark]}</span> ' if mark else ""
    content = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · Gatelight</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>{glyph}{escape(title)}</h1>{body}</main></body></html>\n"
    )
    # Text from outside may hold lone surrogates, which have no place in UTF-8.
    return content.encode(errors="replace")
