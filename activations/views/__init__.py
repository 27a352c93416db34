"""Pages about what is sent, and the HTTP API."""
