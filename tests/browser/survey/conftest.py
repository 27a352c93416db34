"""What the surveys look at."""

from collections.abc import Iterator

import pytest

from tests.browser.filled import Filled, filled


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with filled(kind="plain", data=tmp_path_factory.mktemp("plain")) as there:
        yield there
