"""What every list page takes from its address: search words, sorting, page."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

PAGE_SIZE = 25
MOST_CHOSEN = 100


@dataclass(frozen=True, slots=True)
class Column:
    """A column head that sorts (`components/th_sort.html`)."""

    key: str
    label: str
    url: str
    direction: str


@dataclass(frozen=True, slots=True)
class Switch:
    """A filter that is on or off (`components/filter_switch.html`); `query` turns it."""

    text: str
    is_on: bool
    query: dict[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """`?q=words&sort=-created&page=2`, and the filters a list has."""

    words: str
    sort: str
    descending: bool
    page: str
    # The filters of this list besides the words, by the name of their parameter.
    filters: dict[str, str] = field(default_factory=dict)
    # Filters of which several may be chosen at once.
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def by(
        cls,
        request: HttpRequest,
        *,
        default: str,
        filters: tuple[str, ...] = (),
        several: tuple[str, ...] = (),
    ) -> "Asked":
        """Reads the address; `default` is the sorting without one, `-` before it descends."""
        text = request.GET.get("sort") or default
        return cls(
            words=request.GET.get("q", "").strip().replace("\x00", ""),
            sort=text.removeprefix("-"),
            descending=text.startswith("-"),
            page=request.GET.get("page", "1"),
            filters={name: text for name in filters if (text := _text(request, name))},
            chosen={name: texts for name in several if (texts := _texts(request, name))},
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether words or a filter leave something out."""
        return bool(self.words or self.filters or self.chosen)

    @property
    def filter_count(self) -> int:
        """How many boxes are ticked."""
        return sum(len(texts) for texts in self.chosen.values())

    def page_of(self, found: Any) -> Page[Any]:
        """The page asked for, or the nearest there is."""
        return Paginator(found, PAGE_SIZE).get_page(self.page)

    def listed(self, found: Any, *, columns: dict[str, str]) -> dict[str, Any]:
        """What a list page shows: what was asked for, the heads of its columns, and its page."""
        return {"asked": self, "columns": self.columns(columns), "page": self.page_of(found)}

    def switch(self, name: str, text: str, *, turned: str) -> Switch:
        """The filter `name`, which the address holds while it is turned, as `on` or as `off`."""
        is_turned = self.filters.get(name) == turned
        others = {key: value for key, value in self.filters.items() if key != name}
        words = {"q": self.words} if self.words else {}
        sort = {"sort": f"{'-' if self.descending else ''}{self.sort}"}
        query = {**words, **others, **sort, **({} if is_turned else {name: turned})}
        return Switch(text, is_turned == (turned == "on"), query)

    def columns(self, labels: dict[str, str]) -> dict[str, Column]:
        """The heads of the columns that sort, by key."""
        return {key: self._column(key, label) for key, label in labels.items()}

    def _column(self, key: str, label: str) -> Column:
        is_current = key == self.sort
        turns = "-" if is_current and not self.descending else ""
        direction = ("descending" if self.descending else "ascending") if is_current else ""
        words = {"q": self.words} if self.words else {}
        query = {**words, **self.filters, **self.chosen, "sort": turns + key}
        return Column(key, label, f"?{urlencode(query, doseq=True)}", direction)


def _text(request: HttpRequest, name: str) -> str:
    return _storable(request.GET.get(name, ""))


def _texts(request: HttpRequest, name: str) -> tuple[str, ...]:
    texts = [_storable(text) for text in request.GET.getlist(name)[:MOST_CHOSEN]]
    return tuple(dict.fromkeys(text for text in texts if text))


def _storable(text: str) -> str:
    """PostgreSQL takes no NUL, and no filter is longer."""
    return text.replace("\x00", "")[:100]
