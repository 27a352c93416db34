"""The delivery stage: what Zendesk should hold, what it is known to hold, and the way between."""
