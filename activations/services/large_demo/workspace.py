"""The layout as rows: accounts, destinations with their mappings, audiences and activations."""

import hashlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from activations.models import Activation, Audience, Backfill, FieldMapping
from activations.services.large_demo.layout import ACCOUNTS, DRAFT, ENABLED, FLOWS, STOPPED, Layout
from activations.services.large_demo.standings import MAPPING_VERSION
from activations.terms import SourceKind, TargetKind
from connections import credentials
from connections.models import Account, AccountStatus, Destination
from connections.zendesk.contact import CustomField
from connections.zendesk.sandbox import DEMO_TOKEN

_MAPPINGS: Final = (
    (SourceKind.IDENTITY, "Email", TargetKind.IDENTITY, "email"),
    (SourceKind.ATTRIBUTE, "person.name.lastName", TargetKind.ATTRIBUTE, "last_name"),
    (SourceKind.ATTRIBUTE, "person.name.firstName", TargetKind.ATTRIBUTE, "first_name"),
    (SourceKind.ATTRIBUTE, "mobilePhone.number", TargetKind.ATTRIBUTE, "mobile"),
    (SourceKind.ATTRIBUTE, "homeAddress.city", TargetKind.ADDRESS, "city"),
    (SourceKind.ATTRIBUTE, "homeAddress.postalCode", TargetKind.ADDRESS, "postal_code"),
    (SourceKind.ATTRIBUTE, "loyalty.tier", TargetKind.CUSTOM_FIELD, "Loyalty tier"),
)
_STATUSES: Final = ("realized", "existing", "exited")
# A mistake people make: so many Mapping IDs of the last flow have no field in Zendesk.
_GONE: Final = 2


def build(*, layout: Layout, at: datetime, chance: random.Random) -> None:
    """Everything but people and what became of them; keys are numbered from 1."""
    Account.objects.bulk_create(_accounts(layout, at))
    Destination.objects.bulk_create(_destinations(layout, at, chance))
    Audience.objects.bulk_create(_audiences(layout))
    # Not when it was made but when it is said to have been: `auto_now_add` would say now.
    born = at - timedelta(days=layout.size.days)
    Audience.objects.update(created_at=born, updated_at=born)
    Destination.objects.update(created_at=born)
    FieldMapping.objects.bulk_create(_mappings())
    activations = Activation.objects.bulk_create(_activations(layout, at))
    Backfill.objects.bulk_create(_backfills(activations, at))


def account_number(flow: int) -> int:
    """The key of a flow's account."""
    return FLOWS[flow].account + 1


def _accounts(layout: Layout, at: datetime) -> Iterator[Account]:
    for number, (name, status) in enumerate(ACCOUNTS, start=1):
        is_rejected = status == AccountStatus.REJECTED
        is_known = status != AccountStatus.UNCHECKED
        account = Account(
            pk=number,
            name=name,
            is_sandbox=True,
            status=status,
            checked_at=at if is_known else None,
            problem_code="zendesk-401" if is_rejected else "",
            problem="Zendesk no longer accepts this token. Enter a new one." * is_rejected,
            zendesk_account_id=100 + number if is_known else None,
            zendesk_account_name=name if is_known else "",
            zendesk_user_name="Integration" if is_known else "",
            contact_fields=_fields(layout, number) if is_known else [],
            contact_fields_at=at if is_known else None,
        )
        # The first one is known to a simulator that nobody configured.
        token = DEMO_TOKEN if number == 1 else _token(number)
        credentials.store(account, token)
        yield account


def _token(number: int) -> str:
    return hashlib.sha256(f"large demo token {number}".encode()).hexdigest()


def _fields(layout: Layout, account: int) -> list[dict[str, Any]]:
    """What Zendesk said its contact fields are: a status field for each Mapping ID, and a few."""
    names = {
        layout.audiences[index].name
        for flow, indexes in enumerate(layout.sent)
        if account_number(flow) == account
        for index in indexes[: -_GONE if flow == 0 and len(indexes) > _GONE else None]
    }
    status = [
        CustomField(number, name, "list", _STATUSES, True, False)
        for number, name in enumerate(sorted(names), start=10)
    ]
    others = (
        CustomField(1, "Loyalty tier", "list", ("bronze", "silver", "gold"), True, False),
        CustomField(2, "Loyalty points", "number", (), True, False),
        CustomField(3, "Birthday", "date", (), True, False),
    )
    return [field.as_json() for field in (*others, *status)]


def _destinations(layout: Layout, at: datetime, chance: random.Random) -> Iterator[Destination]:
    for number, flow in enumerate(FLOWS, start=1):
        is_stopped, is_draft = flow.status == STOPPED, flow.status == DRAFT
        yield Destination(
            pk=number,
            name=flow.name,
            description=f"{flow.name} for the service team" if flow.name else "",
            account_id=flow.account + 1 if flow.name else None,
            status=flow.status,
            mapping_version=0 if is_draft else MAPPING_VERSION,
            problem_code="identical-rejections" if is_stopped else "",
            problem="Stopped after 20 identical rejections in a row." if is_stopped else "",
            rejection_streak=20 if is_stopped else 0,
            last_error_code="zendesk-422-unknown" if flow.hourly else "",
            last_error="custom_fields.Shoe size is not known." if flow.hourly else "",
            last_error_at=at - timedelta(minutes=chance.randrange(5, 600)) if flow.hourly else None,
        )


def _audiences(layout: Layout) -> Iterator[Audience]:
    for number, crowd in enumerate(layout.audiences, start=1):
        yield Audience(
            pk=number,
            uuid=crowd.uuid,
            namespace=crowd.namespace,
            external_id=crowd.external_id,
            name=crowd.name,
            origin=crowd.origin,
        )


def _mappings() -> Iterator[FieldMapping]:
    for number, flow in enumerate(FLOWS, start=1):
        if flow.status != DRAFT:
            for position, (source_kind, source, target_kind, target) in enumerate(_MAPPINGS):
                yield FieldMapping(
                    destination_id=number,
                    position=position,
                    source_kind=source_kind,
                    source=source,
                    target_kind=target_kind,
                    target=target,
                )


def _activations(layout: Layout, at: datetime) -> Iterator[Activation]:
    start = at.date() - timedelta(days=layout.size.days)
    for number, indexes in enumerate(layout.sent, start=1):
        for index in indexes:
            yield Activation(
                destination_id=number,
                audience_id=index + 1,
                mapping_id=layout.audiences[index].name,
                start_on=start,
                end_on=at.date() + timedelta(days=60) if index % 10 == 9 else None,
                backfilled_at=at - timedelta(days=layout.size.days),
            )


def _backfills(activations: list[Activation], at: datetime) -> Iterator[Backfill]:
    begun = at - timedelta(days=1)
    for activation in activations:
        flow = FLOWS[activation.destination_id - 1]
        is_open = flow.is_backfilling and flow.status == ENABLED and activation.audience_id == 2
        yield Backfill(
            destination_id=activation.destination_id,
            activation=activation,
            created_at=begun,
            cursor=1,
            finished_at=None if is_open else begun,
        )
