"""A caller with a fresh sandbox for each test."""

from collections.abc import Iterator

import pytest

from .caller import Caller, calling


@pytest.fixture
def caller() -> Iterator[Caller]:
    with calling() as fresh:
        yield fresh
