"""Measures Gatelight as a person meets it: from an installed wheel, against what they would use otherwise."""
