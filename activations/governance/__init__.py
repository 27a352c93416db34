"""Data governance: what labels mean, and which policies an export breaks. Pure."""
