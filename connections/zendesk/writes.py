"""The requests that write a contact, before they are sent; knows no network.

Facts from Zendesk's documentation of the Sell Core API v2 ('contacts', 'upsert').
"""

import json
from dataclasses import dataclass
from urllib.parse import quote

from connections.zendesk import answers
from connections.zendesk.contact import Contact


@dataclass(frozen=True, slots=True, repr=False)
class Write:
    """`target` is the path with its query; both it and the body hold personal data."""

    method: str
    target: str
    contact: Contact
    # The contact it changes; None where Sell decides by the e-mail address.
    contact_id: int | None

    def body(self) -> bytes:
        """The JSON text, in ASCII."""
        document = {"data": self.contact.data()}
        return json.dumps(document, separators=(",", ":"), allow_nan=False).encode("ascii")

    def __repr__(self) -> str:
        return f"<Write: {self.method}>"


def of(*, contact: Contact, contact_id: int | None) -> Write:
    """What brings `contact` to Sell: an update where its id is known, else an upsert.

    Raises ValueError for an id that is none, and as `upsert` does.
    """
    if contact_id is None:
        return upsert(contact=contact)
    return update(contact_id=contact_id, contact=contact)


def upsert(*, contact: Contact) -> Write:
    """Creates the person with this e-mail address, or updates the only one who has it.

    Raises ValueError without an e-mail address: such an upsert would match a stranger.
    """
    # The filter is not copied into a new contact, so Contact.data() repeats the address.
    target = f"/v2/contacts/upsert?email={_quoted_email(contact)}&is_organization=false"
    return Write("POST", target, contact, None)


def update(*, contact_id: int, contact: Contact) -> Write:
    """Changes the given attributes of one contact; the others keep their values."""
    if not answers.is_id(contact_id):
        raise ValueError("a contact's id is a positive number")
    return Write("PUT", f"/v2/contacts/{contact_id}", contact, contact_id)


def _quoted_email(contact: Contact) -> str:
    if not contact.email.strip():
        raise ValueError("an upsert needs an e-mail address")
    try:
        return quote(contact.email, safe="")
    except UnicodeEncodeError:  # its text repeats the address
        raise ValueError("the e-mail address holds broken Unicode") from None
