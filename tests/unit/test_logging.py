"""What may be logged, however often logging is configured."""

import io
import logging
import logging.config

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from connections.zendesk import transport


def test_configuring_logging_again_does_not_let_urllib3_print_addresses() -> None:
    assert transport.MAX_BODY_BYTES, "the transport is imported, and has set its levels"

    logging.config.dictConfig(settings.LOGGING)

    assert not logging.getLogger("urllib3.connection").isEnabledFor(logging.WARNING)
    assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.DEBUG)


@pytest.mark.django_db
def test_the_secret_of_a_link_that_is_refused_is_not_printed(client: Client) -> None:
    logging.config.dictConfig(settings.LOGGING)
    printing = next(each for each in logging.root.handlers if each.name == "stderr")
    assert isinstance(printing, logging.StreamHandler)
    said = io.StringIO()
    before = printing.setStream(said)

    answer = client.get(reverse("sign-in-link", args=["almost-the-right-secret"]))

    printing.setStream(before)
    assert answer.status_code == 410
    assert "Gone: /sign-in/***/" in said.getvalue()
