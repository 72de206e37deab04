"""Faults put into a gate on purpose: each one real, recorded before it is made, and taken out without a trace."""
