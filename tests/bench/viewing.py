"""Who looks at the pages that are measured."""

from enum import StrEnum


class Viewer(StrEnum):
    """Who looks at the pages. Each may do everything, so that no page is refused."""

    ADMINISTRATOR = "full access"
    ROLE = "a role"
    # Hidden are an audience and an attribute; nothing of what is looked at is closed by them.
    LABELS = "a role with access labels"
