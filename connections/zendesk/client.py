"""The contacts of one Zendesk Sell account: what can be asked and written; knows no HTTP library.

Facts from Zendesk's documentation of the Sell Core API v2 ('contacts', 'upsert', 'users',
'accounts', 'custom fields').
"""

import math
from collections.abc import Callable, Iterator
from time import monotonic

from connections.zendesk import VERSION, answers, writes
from connections.zendesk.address import parse_address
from connections.zendesk.answers import Answer
from connections.zendesk.contact import Contact, CustomField, Json
from connections.zendesk.credential import Credential, checked_token
from connections.zendesk.errors import (
    NotSent,
    Outcome,
    TurnMissed,
    Unauthorised,
    Unknown,
    ZendeskError,
)
from connections.zendesk.transport import Transport
from connections.zendesk.writes import Write

DEADLINE_SECONDS = 30.0
# The first turn may pass while the connection is opened; a machine that misses so many is too busy.
MOST_TURNS = 8


class Client:
    """One token on one host. Many threads may share it; each uses a connection of its own.

    Writes answer with an Outcome and never raise for what Sell or the network does; reads raise
    ZendeskError. Nothing is sent twice: repeating is the caller's decision.
    """

    def __init__(
        self,
        *,
        base_url: str,
        token: str,
        deadline_seconds: float = DEADLINE_SECONDS,
        before_request: Callable[[], float] | None = None,
        allow_http: bool = False,
        ca_file: str | None = None,
    ) -> None:
        """Opens no connection yet.

        `deadline_seconds` is the total time of one request. `before_request` runs before each
        request, for callers who pace here, and says by when it must be sent (monotonic seconds).
        `allow_http` permits plain http to this machine only. `ca_file` replaces the bundled
        certificate authorities. Raises ValueError for a base address, a token or a deadline that
        cannot be used.
        """
        if deadline_seconds <= 0:
            raise ValueError("the deadline must be longer than zero seconds")
        self._address = parse_address(base_url=base_url, allow_http=allow_http)
        self._before_request = before_request
        self._deadline_seconds = deadline_seconds
        self._transport = Transport(
            address=self._address,
            headers={
                "Authorization": f"Bearer {checked_token(token=token)}",
                "User-Agent": f"zendeskdest/{VERSION} (+audience export)",
                "Accept": "application/json",
            },
            deadline_seconds=deadline_seconds,
            ca_file=ca_file,
        )

    def __repr__(self) -> str:
        return f"<Client of {self._address}>"

    def upsert(self, *, contact: Contact) -> Outcome:
        """Creates or updates the person with this e-mail address: `writes.upsert`."""
        return self.write(writes.upsert(contact=contact))

    def update(self, *, contact_id: int, contact: Contact) -> Outcome:
        """Changes one contact: `writes.update`."""
        return self.write(writes.update(contact_id=contact_id, contact=contact))

    def write(self, write: Write, /, *, send_by: float | None = None) -> Outcome:
        """Sends it, once.

        `send_by` is for callers who pace themselves: the monotonic time after which the first byte
        must not leave. Raises TurnMissed when it would.
        """
        method, target, body = write.method, write.target, write.body()
        if send_by is None:
            answer = self._send(method=method, target=target, body=body)
        else:
            answer = self._transport.send(method=method, target=target, body=body, send_by=send_by)
        if not isinstance(answer, Answer):
            return answer
        return answers.written(answer=answer, contact=write.contact, contact_id=write.contact_id)

    def read_contact(self, *, contact_id: int) -> dict[str, Json]:
        """One contact as Sell holds it now (its `data` object). Raises ZendeskError."""
        return self._read_data(target=f"/v2/contacts/{contact_id}")

    def check_credential(self) -> Credential:
        """Whose token this is. Raises ZendeskError; its outcome is Unauthorised for a bad token."""
        user = self._read_data(target="/v2/users/self")
        account = self._account()
        return Credential(
            user_id=_id(user),
            user_name=_text(user.get("name")),
            user_email=_text(user.get("email")),
            account_id=_id(account) if account is not None else None,
            account_name=_text(account.get("name")) if account is not None else None,
            subdomain=_text(account.get("subdomain")) if account is not None else None,
        )

    def list_custom_fields(self) -> tuple[CustomField, ...]:
        """All custom fields of contacts, in Sell's order. Raises ZendeskError."""
        answer, document = self._read(target="/v2/contact/custom_fields")
        try:
            return tuple(CustomField.from_json(data) for data in _items(answer, document))
        except ValueError:
            raise answers.unreadable(
                answer=answer, reason="a custom field definition has no id or no name"
            ) from None

    def iter_contacts(self, *, per_page: int = 100) -> Iterator[list[dict[str, Json]]]:
        """Pages of contacts by id, each a list of Sell's `data` objects. Raises ZendeskError.

        Contacts that are created or deleted meanwhile may be missed or seen twice. The links in
        the answer only say whether there is more: their host is never trusted.
        """
        page, previous_ids = 1, None
        while True:
            answer, document = self._read(
                target=f"/v2/contacts?page={page}&per_page={per_page}&sort_by=id"
            )
            contacts = _items(answer, document)
            ids = [contact.get("id") for contact in contacts]
            if contacts and ids == previous_ids:
                raise answers.unreadable(answer=answer, reason="the same page came twice")
            if contacts:
                yield contacts
            if len(contacts) < per_page or not _has_next_page(document):
                return
            page, previous_ids = page + 1, ids

    def close(self) -> None:
        """Closes idle connections; the client can be used again afterwards."""
        self._transport.close()

    def _send(
        self, *, method: str, target: str, body: bytes | None = None
    ) -> Answer | NotSent | Unknown:
        # Each try has the whole deadline, so together they need an end of their own.
        last_turn_at = monotonic() + self._deadline_seconds
        for number in range(MOST_TURNS):
            if number and monotonic() > last_turn_at:
                break
            send_by = self._before_request() if self._before_request is not None else math.inf
            try:
                return self._transport.send(
                    method=method, target=target, body=body, send_by=send_by
                )
            except TurnMissed:
                continue
        return NotSent(reason="this machine is too busy to send it when its turn comes")

    def _read(self, *, target: str) -> tuple[Answer, dict[str, Json]]:
        answer = self._send(method="GET", target=target)
        if not isinstance(answer, Answer):
            raise ZendeskError(answer)
        return answer, answers.document(answer=answer)

    def _read_data(self, *, target: str) -> dict[str, Json]:
        answer, document = self._read(target=target)
        data = document.get("data")
        if not isinstance(data, dict) or not answers.is_id(data.get("id")):
            raise answers.unreadable(answer=answer, reason="the answer names no id")
        return data

    def _account(self) -> dict[str, Json] | None:
        """None if the token may not see the account: the scope for contacts does not include it."""
        try:
            return self._read_data(target="/v2/accounts/self")
        except ZendeskError as error:
            if isinstance(error.outcome, Unauthorised) and error.outcome.status == 403:
                return None
            raise


def _items(answer: Answer, document: dict[str, Json]) -> list[dict[str, Json]]:
    """The `data` objects of a collection."""
    items = document.get("items")
    if not isinstance(items, list):
        raise answers.unreadable(answer=answer, reason="the answer holds no list")
    found = [item.get("data") if isinstance(item, dict) else None for item in items]
    data = [item for item in found if isinstance(item, dict)]
    if len(data) < len(found):
        raise answers.unreadable(answer=answer, reason="an item of the list is not readable")
    return data


def _has_next_page(document: dict[str, Json]) -> bool:
    """True also without any links: some collections come without them, so ask and see."""
    meta = document.get("meta")
    links = meta.get("links") if isinstance(meta, dict) else None
    return bool(links.get("next_page")) if isinstance(links, dict) and links else True


def _id(data: dict[str, Json]) -> int:
    value = data["id"]
    assert answers.is_id(value)
    return value


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
