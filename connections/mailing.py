"""Sending one e-mail through the operator's mail server; knows SMTP's ways of failing."""

import smtplib
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

from connections import composing
from connections.models import Message
from connections.outbox import Outcome

# From here on SMTP says: do not try again.
PERMANENT: Final = 500


def send(message: Message) -> Outcome:
    """One try. Errors are told by kind: a server's own words may repeat an address."""
    person = message.person
    if not settings.EMAIL_IS_ON:
        return Outcome("E-mail is off: EMAIL_URL is not set.", is_final=True)
    if person is None or not person.is_active or not person.email:
        return Outcome("The person has no e-mail address or was signed off.", is_final=True)
    letter = composing.letter(message)
    email = EmailMessage(
        subject=letter.subject,
        body=letter.text,
        to=[person.email],
        # The same each time, so that a mail that comes twice shows as one.
        headers={"Message-ID": f"<{message.uuid}@zendeskdest>", "Auto-Submitted": "auto-generated"},
    )
    try:
        email.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        return _refused(max(code for code, _ in refusal.recipients.values()))
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refusal:
        return _refused(refusal.smtp_code)
    except smtplib.SMTPAuthenticationError:
        return Outcome("The mail server does not accept our name or password.", is_server_down=True)
    except (OSError, smtplib.SMTPException) as error:
        kind = type(error).__name__
        return Outcome(f"The mail server did not take it ({kind}).", is_server_down=True)
    except ValueError:
        return Outcome("The e-mail address of the person cannot be used.", is_final=True)
    return Outcome()


def _refused(code: int) -> Outcome:
    if code >= PERMANENT:
        return Outcome(f"The mail server refused it for good ({code}).", is_final=True)
    return Outcome(f"The mail server put it off ({code}).")
