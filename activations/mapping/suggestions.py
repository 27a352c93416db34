"""Which source goes with which target? Told by their names alone; pure.

Nothing is guessed: names fit when they are the same words, and Zendesk's own attributes have a
few sources that are theirs by the platform's naming.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from activations.mapping import catalogue, names
from activations.mapping.paths import WRITABLE_ATTRIBUTES, Source, Target
from activations.terms import SourceKind, TargetKind
from connections.zendesk.contact import CONTACT_ATTRIBUTES, CustomField

# A list of many values fits only where many are held.
LISTS = ("tags", "multi_select_list")

_PARTNERS: Mapping[str, tuple[str, ...]] = {
    "first_name": ("person.name.firstName",),
    "last_name": ("person.name.lastName",),
    "title": ("jobTitle",),
    "mobile": ("mobilePhone.number",),
    "phone": ("workPhone.number", "homePhone.number"),
    "fax": ("faxPhone.number",),
}
# After the partners of a target: all of a path has its words, or the end of one.
_WHOLE, _END = 2, 3
# Ours, then what an XDM address calls it, the likelier first.
_ADDRESS_PARTS = {
    "line1": ("street1",),
    "city": ("city",),
    "postal_code": ("postalCode",),
    "state": ("state", "stateProvince"),
    "country": ("country", "countryCode"),
}
# A path's last key alone says nothing when it is one of these.
_MEANINGLESS = frozenset({"address", "code", "id", "key", "name", "number", "type", "val", "value"})
_LABELS = {attribute.path: attribute.label for attribute in catalogue.ATTRIBUTES}
_ADDRESSES = tuple(
    dict.fromkeys(
        attribute.path.partition(".")[0]
        for attribute in catalogue.ATTRIBUTES
        if attribute.path.endswith(".street1")
    )
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A mapping that fits by name."""

    source: Source
    target: Target


def suggest(
    *,
    sources: Mapping[str, str],
    fields: Mapping[str, CustomField],
    mapped: Collection[Source],
    taken: Collection[Target],
) -> tuple[Suggestion, ...]:
    """The best source for each target that is free, each source once, the surest first.

    `sources` are attribute paths with their types; `mapped` are read already, `taken` are targets
    that something writes already, an audience's status too.
    """
    free = {path: kind for path, kind in sources.items() if _attribute(path) not in mapped}
    spellings = _Spellings(free)
    address = _one_address(sources, mapped)
    fits = [
        (rank, position, path, target)
        for position, target in enumerate(_targets(fields))
        if target not in taken
        for rank, path in spellings.fitting(target=target, address=address)
        if _is_written(target, fields)
        if free[path] != "array" or _type(target, fields) in LISTS
    ]
    return tuple(_each_once(sorted(fits, key=lambda fit: (fit[0], fit[1], fit[2]))))


def target_of(
    *, source: Source, fields: Mapping[str, CustomField], taken: Collection[Target]
) -> Target | None:
    """The one free target whose name fits best; None when there is none, or a choice of them."""
    if source.kind != SourceKind.ATTRIBUTE:
        return None
    spellings = _Spellings([source.path])
    ranked: dict[int, list[Target]] = defaultdict(list)
    for target in _targets(fields):
        ranks = [rank for rank, _ in spellings.fitting(target=target, address=source.segments[0])]
        if ranks and target not in taken and _is_written(target, fields):
            ranked[min(ranks)].append(target)
    best = ranked[min(ranked)] if ranked else []
    return best[0] if len(best) == 1 else None


class _Spellings:
    """Paths by the words people would call them by: of the path, its end, its display name."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_words: dict[str, dict[str, int]] = defaultdict(dict)
        self._paths = frozenset(paths)
        for path in self._paths:
            for words in _ends(path):
                self._by_words[words][path] = _END
            for name in (path, _LABELS.get(path, "")):
                self._by_words["".join(names.words(name))][path] = _WHOLE

    def fitting(self, *, target: Target, address: str | None) -> Iterator[tuple[int, str]]:
        """How well each path fits, 0 the best; those that do not are left out."""
        if target.kind == TargetKind.ADDRESS:
            parts = _ADDRESS_PARTS[target.name] if address in _ADDRESSES else ()
            partners = [f"{address}.{part}" for part in parts]
        else:
            partners = list(_partners(target))
            words = "".join(names.words(target.name))
            found = self._by_words.get(words, {}) if words else {}
            yield from ((rank, path) for path, rank in found.items() if path not in partners)
        for rank, path in enumerate(partners):
            if path in self._paths:
                yield rank, path


def _ends(path: str) -> Iterator[str]:
    """The words of its last keys, of two or more and of the last one if that says something."""
    keys = path.split(".")
    for start in range(1, len(keys)):
        words = names.words(".".join(keys[start:]))
        if len(words) > 1 or not _MEANINGLESS.issuperset(words):
            yield "".join(words)


def _partners(target: Target) -> tuple[str, ...]:
    return _PARTNERS.get(target.name, ()) if target.kind == TargetKind.ATTRIBUTE else ()


def _targets(fields: Mapping[str, CustomField]) -> Iterator[Target]:
    for name in WRITABLE_ATTRIBUTES:
        yield Target(TargetKind.ATTRIBUTE, name)
    for key in _ADDRESS_PARTS:
        yield Target(TargetKind.ADDRESS, key)
    # By name alone: to read ten thousand fields takes longer than to sort them.
    for name in sorted(fields, key=lambda name: (name.casefold(), name)):
        yield Target(TargetKind.CUSTOM_FIELD, name)


def _is_written(target: Target, fields: Mapping[str, CustomField]) -> bool:
    """Whether a contact has it at all."""
    return target.kind != TargetKind.CUSTOM_FIELD or fields[target.name].for_contact


def _one_address(sources: Iterable[str], mapped: Collection[Source]) -> str | None:
    """All parts come from one address: the one that is mapped already, else the first there is."""
    read = [source.segments[0] for source in mapped if source.kind == SourceKind.ATTRIBUTE]
    present = {path.partition(".")[0] for path in sources}
    begun = next((address for address in _ADDRESSES if address in read), None)
    return begun or next((address for address in _ADDRESSES if address in present), None)


def _each_once(fits: Sequence[tuple[int, int, str, Target]]) -> Iterator[Suggestion]:
    paths: set[str] = set()
    targets: set[Target] = set()
    for _, _, path, target in fits:
        if path not in paths and target not in targets:
            paths.add(path)
            targets.add(target)
            yield Suggestion(_attribute(path), target)


def _attribute(path: str) -> Source:
    return Source(SourceKind.ATTRIBUTE, path)


def _type(target: Target, fields: Mapping[str, CustomField]) -> str:
    if target.kind == TargetKind.CUSTOM_FIELD:
        return fields[target.name].type
    spec = CONTACT_ATTRIBUTES.get(target.name)
    return spec.type if spec else "string"
