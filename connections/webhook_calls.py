"""Calling one webhook: signed, to an allowed host, within a total deadline.

It goes through the transport of `connections.zendesk`, which follows no redirect, asks no proxy,
reads no `.netrc` and at most 1 MiB of an answer, and dials only addresses it was allowed to.
"""

from datetime import datetime
from typing import Final

from django.conf import settings

from connections import composing, credentials
from connections.encryption import CannotDecrypt
from connections.models import Message, Webhook
from connections.outbox import Outcome
from connections.webhook_hosts import HostList, NotAllowed
from connections.zendesk.answers import Answer
from connections.zendesk.errors import NotSent, Unknown
from connections.zendesk.transport import Transport

DEADLINE_SECONDS: Final = 10.0


def send(message: Message, *, at: datetime, deadline_seconds: float = DEADLINE_SECONDS) -> Outcome:
    """One try. Anything but a 2xx within the deadline is tried again later."""
    webhook = message.webhook
    assert webhook is not None, "a message of this channel is for a webhook"
    allowed = HostList.read(settings.WEBHOOK_HOSTS)
    try:
        target = allowed.target(webhook.url)
        body = composing.body(message)
        headers = _headers(message, webhook, body, at)
    except (NotAllowed, CannotDecrypt) as problem:
        return Outcome(str(problem), is_final=True)
    transport = Transport(
        address=target.address,
        headers=headers,
        deadline_seconds=deadline_seconds,
        ca_file=settings.WEBHOOK_CA_FILE or None,
        may_dial=allowed.may_dial,
    )
    try:
        return _outcome(transport.send(method="POST", target=target.path, body=body))
    finally:
        transport.close()


def _headers(message: Message, webhook: Webhook, body: bytes, at: datetime) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    signature = credentials.sign(webhook, timestamp=timestamp, body=body)
    return {
        "User-Agent": "zendeskdest",
        "Zendeskdest-Message": str(message.uuid),
        "Zendeskdest-Timestamp": timestamp,
        "Zendeskdest-Signature": f"v1={signature}",
    }


def _outcome(answer: Answer | NotSent | Unknown) -> Outcome:
    if not isinstance(answer, Answer):
        return Outcome(f"No answer: {answer.reason}.", is_server_down=True)
    if 200 <= answer.status < 300:
        return Outcome()
    return Outcome(f"The webhook answered {answer.status}.")
