"""What people call an audience; its namespace and id never change."""

from activations.models import Audience


def rename(*, audience: Audience, name: str) -> None:
    """Give an audience a name; destinations keep sending to the same Mapping ID."""
    audience.name = name
    audience.save(update_fields=["name", "updated_at"])
