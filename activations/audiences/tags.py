"""Tags of an audience: each once, so many and so long. Knows no database."""

from collections.abc import Iterable, Sequence

from activations.terms import LONGEST_TAG, MOST_TAGS


def distinct(*, texts: Iterable[str]) -> list[str]:
    """Each once, in their order; capitals make no other tag, nor do blanks around and within."""
    tags: dict[str, str] = {}
    for text in texts:
        if tag := " ".join(text.split()):
            tags.setdefault(tag.casefold(), tag)
    return list(tags.values())


def problem(*, tags: Sequence[str]) -> str | None:
    """Why an audience cannot have these, as a sentence."""
    if len(tags) > MOST_TAGS:
        return f"These are {len(tags)} tags; at most {MOST_TAGS} fit."
    for tag in tags:
        if len(tag) > LONGEST_TAG:
            return f"“{tag[:60]}” is longer than {LONGEST_TAG} characters; make several of it."
    return None
