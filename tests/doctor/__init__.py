"""Broken gates, really broken, and what must be said of each."""
