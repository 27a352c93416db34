"""Pages about accounts and destinations, and getting in."""
