"""The tag `lucide` with each icon drawn once: the library draws all hundred of a list anew."""

from functools import lru_cache

from django import template
from lucide.templatetags import lucide as library

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1_000)
def lucide(name: str, *, size: int | None = 24, **attributes: object) -> str:
    """As the library's own tag. Attributes come from our templates alone: there are few of them."""
    drawn: str = library.lucide(name, size=size, **attributes)
    return drawn
