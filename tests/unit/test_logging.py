"""What may be logged, however often logging is configured."""

import io
import logging
import logging.config
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from connections.zendesk import transport
from tests import factories


def test_configuring_logging_again_does_not_let_urllib3_print_addresses() -> None:
    assert transport.MAX_BODY_BYTES, "the transport is imported, and has set its levels"

    logging.config.dictConfig(settings.LOGGING)

    assert not logging.getLogger("urllib3.connection").isEnabledFor(logging.WARNING)
    assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.DEBUG)


@pytest.fixture
def printed() -> Iterator[io.StringIO]:
    """What goes to standard error, logging being configured as in the product."""
    logging.config.dictConfig(settings.LOGGING)
    printing = next(each for each in logging.root.handlers if each.name == "stderr")
    assert isinstance(printing, logging.StreamHandler)
    said = io.StringIO()
    before = printing.setStream(said)
    yield said
    printing.setStream(before)


@pytest.mark.django_db
def test_the_secret_of_a_link_that_is_refused_is_not_printed(
    client: Client, printed: io.StringIO
) -> None:
    answer = client.get(reverse("sign-in-link", args=["almost-the-right-secret"]))

    assert answer.status_code == 410
    assert "Gone: /sign-in/***/" in printed.getvalue()


@pytest.mark.django_db
def test_a_refusal_is_one_line(client: Client, printed: io.StringIO) -> None:
    client.force_login(factories.member())

    assert client.get("/people/").status_code == 403

    assert [line.partition(" WARNING ")[2] for line in printed.getvalue().splitlines()] == [
        "django.request Forbidden (Permission denied): /people/"
    ]


def test_a_failure_is_told_with_where_it_happened(printed: io.StringIO) -> None:
    try:
        raise ValueError("of the server")
    except ValueError:
        more = {"status_code": 500}
        logging.getLogger("django.request").error("Failed", exc_info=True, extra=more)

    assert "Traceback" in printed.getvalue()
