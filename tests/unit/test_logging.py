"""What may be logged, however often logging is configured."""

import logging
import logging.config

from django.conf import settings

from connections.zendesk import transport


def test_configuring_logging_again_does_not_let_urllib3_print_addresses() -> None:
    assert transport.MAX_BODY_BYTES, "the transport is imported, and has set its levels"

    logging.config.dictConfig(settings.LOGGING)

    assert not logging.getLogger("urllib3.connection").isEnabledFor(logging.WARNING)
    assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.DEBUG)
