"""Everything that faces a person at a terminal: the app, and the line commands."""
