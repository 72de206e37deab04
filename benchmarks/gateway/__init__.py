"""What the sandbox's gateway does in a second and what it costs, beside serverless-offline."""
