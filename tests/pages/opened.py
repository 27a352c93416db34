"""A form as it was opened: what is posted carries the mark of what its person had before them."""

from django.test import Client


def mark(client: Client, url: str) -> dict[str, str]:
    """The form's hidden `seen`, as a part of what is posted."""
    seen: str = client.get(url).context["form"]["seen"].value()
    return {"seen": seen}
