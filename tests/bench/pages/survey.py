"""What the product said about its pages: addresses, queries and sizes. Knows no Django."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum


class Shape(StrEnum):
    """What an address answers with."""

    PAGE = "page"
    # A part of a page, which htmx asks for.
    FRAGMENT = "fragment"
    REDIRECT = "redirect"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Asked:
    """One address; `name` is that of the route, with the query where there is one."""

    name: str
    path: str
    shape: Shape
    queries: int
    bytes: int
    compressed_bytes: int
    # The longest query, for whoever looks for the reason.
    slowest: str = ""
    slowest_ms: float = 0.0

    @property
    def is_variant(self) -> bool:
        """Not the plain address of a route."""
        return "?" in self.name

    @property
    def is_judged(self) -> bool:
        """A file may take its time, and a redirect shows nothing."""
        return self.shape in (Shape.PAGE, Shape.FRAGMENT)

    @property
    def label(self) -> str:
        """Told apart from the others."""
        return f"{self.name} (htmx)" if self.shape == Shape.FRAGMENT else self.name

    @property
    def headers(self) -> Mapping[str, str]:
        """What htmx sends, for a part of a page."""
        return {"HX-Request": "true"} if self.shape == Shape.FRAGMENT else {}


@dataclass(frozen=True, slots=True)
class Survey:
    """All that can be read, with the cookie of somebody who may."""

    cookie: str
    asked: list[Asked] = field(default_factory=list)
    # Routes that only take POST.
    unread: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        return json.dumps(asdict(self))


def read(text: str) -> Survey:
    """What `as_json` made."""
    told = json.loads(text)
    asked = [Asked(**{**one, "shape": Shape(one["shape"])}) for one in told.pop("asked")]
    return Survey(asked=asked, **told)
