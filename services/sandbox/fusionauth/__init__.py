"""The sandbox's FusionAuth: the documented HTTP API of FusionAuth 1.69, its defaults and its tokens, in memory.

Written from FusionAuth's public documentation, its OpenAPI description and its open-source client libraries alone.
"""
