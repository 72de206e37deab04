"""Faults put in on purpose, and taken out."""
