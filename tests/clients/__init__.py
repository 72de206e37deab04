"""Programs of others against the sandbox: FusionAuth's own clients, a certified OpenID relying party, a real browser.

What they send and what they make of an answer was not written here, so they find what our own client and our own
sandbox would agree on although both are wrong.
"""
