"""What a page offers: its links, and what its buttons and forms would do."""

import re
from collections.abc import Iterator

# Where `href` leads by GET, the others by POST.
_OFFER = re.compile(r'\b(href|action|formaction|data-dialog-action|hx-get|hx-post)="(/[^"#?]*)')


def of(*, html: str) -> Iterator[tuple[str, str]]:
    """Method and path of each; a path may come more than once."""
    for kind, path in _OFFER.findall(html):
        if not path.startswith("/static/"):
            yield ("GET" if kind in {"href", "hx-get"} else "POST"), path
