"""Runs Lambda functions as they were deployed, in warm Node processes of our own."""
