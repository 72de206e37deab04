"""Getting tokens: every way, and everything that can stand in it."""
