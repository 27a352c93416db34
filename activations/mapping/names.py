"""Which name was meant? Compares names people type with names that exist."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache

# Capitals inside a word begin another one: `postalCode`, `loyaltyID`, `HTMLText`.
_WORD = re.compile(r"[^\W_]*?[^\W_A-Z](?=[A-Z])|[A-Z]+(?=[A-Z][a-z])|[^\W_]+")


# The fields of an account are looked at for each click on the Mapping step.
@lru_cache(maxsize=20_000)
def words(name: str) -> tuple[str, ...]:
    """The words of a key or a name, in small letters: `mobilePhone.number`, `Mobile phone`."""
    return tuple(word.casefold() for word in _WORD.findall(name))


def spoken(key: str) -> str:
    """A key as people would write it: `homeAddress` is “Home address”."""
    text = " ".join(words(key))
    return text[:1].upper() + text[1:]


def twin(*, name: str, among: Iterable[str]) -> str | None:
    """The name that differs only by capitals or blanks."""
    wanted = folded(name)
    return next((other for other in among if folded(other) == wanted), None)


def nearest(*, name: str, among: Iterable[str]) -> tuple[str, ...]:
    """Up to three names that look like it, the likeliest first."""
    by_fold = {folded(other): other for other in among}
    return tuple(by_fold[fold] for fold in get_close_matches(folded(name), by_fold, n=3))


def meant(*, name: str, among: Sequence[str]) -> tuple[str, ...]:
    """What an unknown name may stand for, the likeliest first."""
    same = twin(name=name, among=among)
    return (same,) if same is not None else nearest(name=name, among=among)


def folded(name: str) -> str:
    """The name without its capitals and blanks."""
    return "".join(name.casefold().split())
