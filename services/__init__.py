"""Everything Gatelight can do, usable from a plain script; no screen is known here."""
