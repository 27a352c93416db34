"""Reads for pages: who we talk to."""
