"""One factory per model: what a test does not name is valid and uninteresting."""

import hashlib
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory
from django.contrib.auth.models import Group, User
from factory.django import DjangoModelFactory

from activations import models as activations
from activations.terms import (
    DeliveryState,
    IngestSource,
    MembershipStatus,
    Origin,
    PolicyStatus,
    SourceKind,
    TargetKind,
    UploadStatus,
)
from connections import encryption, roles
from connections import models as connections
from connections.alert_rules import RULES
from connections.permissions import Permission

# The instant of every test that does not say another.
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
TOKEN = "sandbox-token-0123456789abcdef"


class UserFactory(DjangoModelFactory[User]):
    """Signs in with `PASSWORD` and may do everything; `member` makes people who may less."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    password = factory.django.Password(PASSWORD)
    is_superuser = True


def member(*permissions: Permission, **values: Any) -> User:
    """A person with a role of these permissions, and what goes with them."""
    user: User = UserFactory(is_superuser=False, **values)
    if permissions:
        user.groups.add(roles.create(name=f"Role of {user}", permissions=permissions))
    return user


class AccountFactory(DjangoModelFactory[connections.Account]):
    """Connected to the sandbox. `token="..."` seals another token than `TOKEN`."""

    class Meta:
        model = connections.Account

    class Params:
        token = TOKEN

    uuid = factory.LazyFunction(uuid.uuid4)
    name = factory.Sequence(lambda n: f"Account {n}")
    is_sandbox = True
    sealed_token = factory.LazyAttribute(
        lambda a: encryption.seal(plaintext=a.token, belongs_to=f"account:{a.uuid}:token")
    )
    token_fingerprint = factory.LazyAttribute(
        lambda a: hashlib.sha256(a.token.encode()).hexdigest()[:16]
    )
    token_last_four = factory.LazyAttribute(lambda a: a.token[-4:])
    status = connections.AccountStatus.CONNECTED
    checked_at = NOON


class DestinationFactory(DjangoModelFactory[connections.Destination]):
    """Enabled, with an account of its own."""

    class Meta:
        model = connections.Destination

    name = factory.Sequence(lambda n: f"Destination {n}")
    account = factory.SubFactory(AccountFactory)
    status = connections.DestinationStatus.ENABLED


class SignInLinkFactory(DjangoModelFactory[connections.SignInLink]):
    class Meta:
        model = connections.SignInLink

    user = factory.SubFactory(UserFactory)
    secret_hash = factory.Sequence(lambda n: hashlib.sha256(str(n).encode()).hexdigest())
    expires_at = NOON


class RoleFactory(DjangoModelFactory[Group]):
    class Meta:
        model = Group

    name = factory.Sequence(lambda n: f"Role {n}")


class AccessLabelsFactory(DjangoModelFactory[connections.AccessLabels]):
    class Meta:
        model = connections.AccessLabels

    role = factory.SubFactory(RoleFactory)
    labels = factory.LazyFunction(lambda: ["C2"])


class SignInTriesFactory(DjangoModelFactory[connections.SignInTries]):
    class Meta:
        model = connections.SignInTries

    key_hash = factory.Sequence(lambda n: f"{n:064x}")
    last_at = NOON
    held_until = NOON


class PersonFactory(DjangoModelFactory[connections.Person]):
    class Meta:
        model = connections.Person

    user = factory.SubFactory(UserFactory)


class TokenPaceFactory(DjangoModelFactory[connections.TokenPace]):
    class Meta:
        model = connections.TokenPace

    token_fingerprint = factory.Sequence(lambda n: f"{n:016x}")


class ProfileFactory(DjangoModelFactory[activations.Profile]):
    """A person with an e-mail identity and a last name, as ingestion stores one."""

    class Meta:
        model = activations.Profile

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    identity = factory.LazyAttribute(lambda profile: f"email:{profile.email}")
    attributes = factory.Sequence(
        lambda n: {"person": {"name": {"firstName": "Ann", "lastName": f"Ek {n}"}}}
    )
    identities = factory.LazyAttribute(
        lambda profile: {"Email": [{"id": profile.email, "primary": True}]}
    )
    digest = factory.LazyAttribute(
        lambda p: hashlib.sha256(f"{p.attributes}{p.identities}".encode()).hexdigest()
    )
    created_at = NOON
    updated_at = NOON


class AudienceFactory(DjangoModelFactory[activations.Audience]):
    class Meta:
        model = activations.Audience

    external_id = factory.LazyFunction(lambda: str(uuid.uuid4()))
    name = factory.Sequence(lambda n: f"Audience {n}")
    origin = Origin.WORKSPACE


class MembershipFactory(DjangoModelFactory[activations.Membership]):
    class Meta:
        model = activations.Membership

    profile = factory.SubFactory(ProfileFactory)
    audience = factory.SubFactory(AudienceFactory)
    status = MembershipStatus.REALIZED
    last_qualified_at = NOON


class FieldMappingFactory(DjangoModelFactory[activations.FieldMapping]):
    """Last name to last_name, the mandatory one; see also `map_mandatory`."""

    class Meta:
        model = activations.FieldMapping

    destination = factory.SubFactory(DestinationFactory)
    position = factory.Sequence(int)
    source_kind = SourceKind.ATTRIBUTE
    source = "person.name.lastName"
    target_kind = TargetKind.ATTRIBUTE
    target = "last_name"


class ActivationFactory(DjangoModelFactory[activations.Activation]):
    """Runs from the first day of the year of `NOON`, without end."""

    class Meta:
        model = activations.Activation

    destination = factory.SubFactory(DestinationFactory)
    audience = factory.SubFactory(AudienceFactory)
    mapping_id = factory.Sequence(lambda n: f"Audience field {n}")
    start_on = date(2026, 1, 1)


class BackfillFactory(DjangoModelFactory[activations.Backfill]):
    class Meta:
        model = activations.Backfill

    activation = factory.SubFactory(ActivationFactory)
    destination = factory.SelfAttribute("activation.destination")
    created_at = NOON


class ResendFactory(DjangoModelFactory[activations.Resend]):
    """Ordered at `NOON`, not started."""

    class Meta:
        model = activations.Resend

    destination = factory.SubFactory(DestinationFactory)
    audience = factory.SubFactory(AudienceFactory)
    created_at = NOON


class DeliveryFactory(DjangoModelFactory[activations.Delivery]):
    """Pending and due at `NOON`."""

    class Meta:
        model = activations.Delivery

    destination = factory.SubFactory(DestinationFactory)
    account = factory.SelfAttribute("destination.account")
    profile = factory.SubFactory(ProfileFactory)
    state = DeliveryState.PENDING
    next_attempt_at = NOON
    updated_at = NOON


class AttemptFactory(DjangoModelFactory[activations.Attempt]):
    class Meta:
        model = activations.Attempt

    delivery = factory.SubFactory(DeliveryFactory)
    fence = 1
    seq = 1
    digest = "0" * 64
    started_at = NOON
    deadline_at = NOON


class DataflowRunFactory(DjangoModelFactory[activations.DataflowRun]):
    class Meta:
        model = activations.DataflowRun

    destination = factory.SubFactory(DestinationFactory)
    started_at = NOON


class AudienceRunFactory(DjangoModelFactory[activations.AudienceRun]):
    class Meta:
        model = activations.AudienceRun

    destination = factory.SubFactory(DestinationFactory)
    audience = factory.SubFactory(AudienceFactory)
    started_at = NOON


class AudienceRunCursorFactory(DjangoModelFactory[activations.AudienceRunCursor]):
    class Meta:
        model = activations.AudienceRunCursor

    counted_until = NOON


class ActivationDraftFactory(DjangoModelFactory[activations.ActivationDraft]):
    class Meta:
        model = activations.ActivationDraft

    destination = factory.SubFactory(DestinationFactory)
    created_by = factory.SubFactory(UserFactory)


class ApiKeyFactory(DjangoModelFactory[activations.ApiKey]):
    """`key="..."` stores the hash of another key."""

    class Meta:
        model = activations.ApiKey

    class Params:
        key = "example-api-key"

    name = factory.Sequence(lambda n: f"Key {n}")
    prefix = factory.Sequence(lambda n: f"key{n}")
    secret_hash = factory.LazyAttribute(lambda k: hashlib.sha256(k.key.encode()).hexdigest())


def map_mandatory(destination: connections.Destination, **more: str) -> None:
    """The mandatory mappings; `more` maps XDM attributes: first_name="person.name.firstName"."""
    rows: list[dict[str, Any]] = [
        {
            "source_kind": SourceKind.IDENTITY,
            "source": "Email",
            "target_kind": TargetKind.IDENTITY,
            "target": "email",
        },
        {"source": "person.name.lastName", "target": "last_name"},
        *({"source": source, "target": target} for target, source in more.items()),
    ]
    for position, row in enumerate(rows):
        FieldMappingFactory(destination=destination, position=position, **row)


class IngestReceiptFactory(DjangoModelFactory[activations.IngestReceipt]):
    """Of a request that was answered."""

    class Meta:
        model = activations.IngestReceipt

    api_key = factory.SubFactory(ApiKeyFactory)
    key_digest = factory.Sequence(lambda n: hashlib.sha256(f"key {n}".encode()).hexdigest())
    body_digest = hashlib.sha256(b"body").hexdigest()
    answer = factory.LazyFunction(lambda: {"accepted": 1, "rejected": []})
    created_at = NOON


class CountFactory(DjangoModelFactory[activations.Count]):
    """Successful requests of a destination."""

    class Meta:
        model = activations.Count

    destination = factory.SubFactory(DestinationFactory)
    name = "outcome"
    label = "written"
    value = 1


class AlertFactory(DjangoModelFactory[connections.Alert]):
    """An open one of a destination."""

    class Meta:
        model = connections.Alert

    destination = factory.SubFactory(DestinationFactory)
    code = "identical-rejections"
    message = "Stopped after 20 identical rejections in a row."
    triggered_at = NOON


class AudienceDayFactory(DjangoModelFactory[activations.AudienceDay]):
    """Counted at `NOON`."""

    class Meta:
        model = activations.AudienceDay

    audience = factory.SubFactory(AudienceFactory)
    on = NOON.date()
    counted_at = NOON


class IngestHourFactory(DjangoModelFactory[activations.IngestHour]):
    """A profile that was accepted over HTTP, each in an hour of its own."""

    class Meta:
        model = activations.IngestHour

    source = IngestSource.API
    started_at = factory.Sequence(lambda n: NOON + timedelta(hours=n))
    count = 1


class UploadFactory(DjangoModelFactory[activations.Upload]):
    """Finished; its file is gone."""

    class Meta:
        model = activations.Upload

    audience = factory.SubFactory(AudienceFactory, origin=Origin.UPLOAD)
    created_by = factory.SubFactory(UserFactory)
    file_name = "customers.csv"
    size = 1_000
    encoding = "UTF-8"
    delimiter = ","
    columns = factory.LazyFunction(lambda: ["identityMap.Email", "person.name.lastName"])
    status = UploadStatus.FINISHED
    cursor = 1_000
    rows_read = 10
    created_at = NOON
    started_at = NOON
    finished_at = NOON


class UploadRejectFactory(DjangoModelFactory[activations.UploadReject]):
    class Meta:
        model = activations.UploadReject

    upload = factory.SubFactory(UploadFactory, rows_rejected=1)
    row = factory.Sequence(lambda n: n + 2)
    code = "invalid-email"
    message = "not a valid e-mail address"


class AlertRuleFactory(DjangoModelFactory[connections.AlertRule]):
    class Meta:
        model = connections.AlertRule

    code = factory.Sequence(lambda n: f"rule-{n}")
    changed_at = NOON


class SightingFactory(DjangoModelFactory[connections.Sighting]):
    """Of a destination."""

    class Meta:
        model = connections.Sighting

    destination = factory.SubFactory(DestinationFactory)
    seen_at = NOON


class SubscriptionFactory(DjangoModelFactory[connections.Subscription]):
    """Of somebody who may see alerts."""

    class Meta:
        model = connections.Subscription

    destination = factory.SubFactory(DestinationFactory)
    person = factory.SubFactory(UserFactory, is_superuser=True)
    code = "activation-skipped-rate-exceeded"


class WebhookFactory(DjangoModelFactory[connections.Webhook]):
    """Hears of every rule. `secret="..."` seals another secret."""

    class Meta:
        model = connections.Webhook

    class Params:
        secret = "whsec_of-the-tests"

    uuid = factory.LazyFunction(uuid.uuid4)
    name = factory.Sequence(lambda n: f"Webhook {n}")
    url = "https://hooks.example.org/alerts"
    rules = factory.LazyFunction(lambda: [rule.code for rule in RULES])
    sealed_secret = factory.LazyAttribute(
        lambda w: encryption.seal(plaintext=w.secret, belongs_to=f"webhook:{w.uuid}:secret")
    )


class MessageFactory(DjangoModelFactory[connections.Message]):
    """A test e-mail that is due at `NOON`."""

    class Meta:
        model = connections.Message

    occasion = connections.Occasion.TEST
    person = factory.SubFactory(UserFactory)
    created_at = NOON
    next_attempt_at = NOON


class NotificationFactory(DjangoModelFactory[connections.Notification]):
    """An unread one about an open alert."""

    class Meta:
        model = connections.Notification

    alert = factory.SubFactory(AlertFactory)
    person = factory.SubFactory(UserFactory)
    occasion = connections.Occasion.TRIGGERED
    shown_at = NOON


class CustomLabelFactory(DjangoModelFactory[activations.CustomLabel]):
    class Meta:
        model = activations.CustomLabel

    name = factory.Sequence(lambda n: f"BANK-{n}")
    friendly_name = "Under contract with the bank"


class AuditEntryFactory(DjangoModelFactory[connections.AuditEntry]):
    """The system disabled a destination that is not there any more."""

    class Meta:
        model = connections.AuditEntry

    at = NOON
    actor_kind = "system"
    actor = "system"
    action = "disabled"
    kind = "destination"
    reference = factory.LazyFunction(lambda: str(uuid.uuid4()))
    name = factory.Sequence(lambda n: f"Destination {n}")


class LabeledAttributeFactory(DjangoModelFactory[activations.LabeledAttribute]):
    class Meta:
        model = activations.LabeledAttribute

    path = factory.Sequence(lambda n: f"loyalty.field{n}")
    labels = factory.LazyFunction(lambda: ["C2"])
    changed_at = NOON


class PolicyFactory(DjangoModelFactory[activations.Policy]):
    """Enabled: what carries C2 is not exported to third parties."""

    class Meta:
        model = activations.Policy

    name = factory.Sequence(lambda n: f"Policy {n}")
    labels = factory.LazyFunction(lambda: ["C2"])
    marketing_actions = factory.LazyFunction(lambda: ["export-to-third-party"])
    status = PolicyStatus.ENABLED


class ConsentPolicyFactory(DjangoModelFactory[activations.ConsentPolicy]):
    """Enabled: third parties get only those who said yes to marketing."""

    class Meta:
        model = activations.ConsentPolicy

    name = factory.Sequence(lambda n: f"Consent policy {n}")
    marketing_actions = factory.LazyFunction(lambda: ["export-to-third-party"])
    path = "consents.marketing.any.val"
    accepted = factory.LazyFunction(lambda: ["y"])
    status = PolicyStatus.ENABLED
