"""Sends an invitation by e-mail, where a mail server is configured (EMAIL_URL)."""

import logging
from enum import StrEnum
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail

from connections.people import Invitation

_CONSOLE = "django.core.mail.backends.console.EmailBackend"

logger = logging.getLogger(__name__)


class Sent(StrEnum):
    """What became of the message."""

    SENT = "sent"
    FAILED = "failed"
    NOT_CONFIGURED = "not-configured"


def send(*, invitation: Invitation, link: str) -> Sent:
    """The link to the person's address. A failure is told, for the link can be handed over."""
    address = invitation.user.email
    if settings.EMAIL_BACKEND == _CONSOLE or not address:
        return Sent.NOT_CONFIGURED
    text = (
        "You are invited to zendeskdest.\n\n"
        f"Open this link once to choose your name and password:\n{link}\n\n"
        f"It works until {invitation.expires_at:%d %B %Y, %H:%M} UTC.\n"
    )
    try:
        send_mail("You are invited to zendeskdest", text, None, [address])
    except (SMTPException, OSError) as error:
        # Its text may quote the address.
        logger.warning(
            "invitations.mail-failed user=%s error=%s", invitation.user.pk, type(error).__name__
        )
        return Sent.FAILED
    return Sent.SENT
