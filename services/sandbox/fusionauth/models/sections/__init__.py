"""Parts of tenants and applications that are hardly more than what somebody configured."""
