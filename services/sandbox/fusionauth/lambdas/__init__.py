"""Lambdas: JavaScript of the user's own that has a say in what becomes a token."""
