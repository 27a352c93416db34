"""The programs around the product: starters for tests, and tests against the real ones."""
