"""For templates: the name of an attribute, if whoever looks may see it."""

from django import template

from activations.queries import sight

register = template.Library()


@register.filter
def if_seen(path: str) -> str:
    """The path, else words that name nothing."""
    return path if sight.shows_path(path) else "an attribute you may not see"
