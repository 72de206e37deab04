"""The story on a real AWS account and a real FusionAuth: `pytest -m live` (docs/testing.md)."""
