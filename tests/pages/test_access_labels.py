"""Access labels: given to a role in its editor, and what people see by them."""

from itertools import combinations

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activations.governance.labels import CODES
from activations.models import ActivationDraft, Audience, CustomLabel
from activations.services import drafts
from connections import access_labels, roles
from connections.access_labels import held_by
from connections.models import AccessLabels, AuditEntry, Destination
from connections.permissions import Permission
from connections.queries import roles as queries
from tests import factories
from tests.pages import opened

NEW = "/people/roles/new/"
EVERYTHING = list(Permission)


def somebody(*labels: list[str] | None) -> User:
    """With one role for each, of every permission; None: it sees everything."""
    user: User = factories.UserFactory(is_superuser=False)
    for number, held in enumerate(labels):
        name = f"Role {number} of {user}"
        user.groups.add(roles.create(name=name, permissions=EVERYTHING, labels=held))
    return user


def browser(*labels: list[str] | None) -> Client:
    client = Client()
    client.force_login(somebody(*labels))
    return client


def _url(role: Group) -> str:
    return reverse("connections:role", args=[role.pk])


@pytest.fixture
def role(db: None) -> Group:
    return roles.create(name="Viewer", permissions=[Permission.VIEW_AUDIENCES])


def test_a_role_sees_everything_until_somebody_says_otherwise(
    signed_in: Client, role: Group
) -> None:
    signed_in.post(NEW, {"name": "Another"})
    assert not AccessLabels.objects.exists()
    assert held_by(user=somebody(None)) is None
    assert 'value="everything" ' in signed_in.get(_url(role)).content.decode()


def test_labels_are_given_shown_noted_and_taken_back(signed_in: Client, role: Group) -> None:
    factories.AudienceFactory(labels=["C3"])
    typed = {"name": "Viewer", "permissions": ["view_segments"]}
    by_label = {**typed, "sees": "labels", "labels": ["S1", "C2"]}
    signed_in.post(_url(role), {**by_label, **opened.mark(signed_in, _url(role))})
    assert access_labels.of_role(role=role) == ["C2", "S1"]
    assert "No label, or C2, S1" in signed_in.get("/people/roles/").content.decode()
    page = " ".join(signed_in.get(_url(role)).content.decode().split())
    assert "1 of 1 audience</strong>" in page
    assert AuditEntry.objects.get(kind="role", action="changed").changes == [
        ["sees", "everything", "no label, or C2, S1"]
    ]
    back = {**by_label, "sees": "everything"}
    signed_in.post(_url(role), {**back, **opened.mark(signed_in, _url(role))})
    assert access_labels.of_role(role=role) is None


def test_permissions_are_saved_beside_the_labels(role: Group) -> None:
    access_labels.give(role=role, labels=["C2"])
    seen = opened_mark(role)
    roles.change(role=role, name="Viewer", permissions=[], labels=["C2"], seen=seen)
    assert queries.content(key=role.pk) == queries.Content("Viewer", (), "labels", ("C2",))
    user = factories.UserFactory(is_superuser=False)
    user.groups.add(role)
    assert held_by(user=user) == {"C2"}


def opened_mark(role: Group) -> str:
    client = Client()
    client.force_login(factories.UserFactory())
    return opened.mark(client, _url(role))["seen"]


def test_who_saves_labels_second_is_told_of_the_first(signed_in: Client, role: Group) -> None:
    old = opened.mark(signed_in, _url(role))
    access_labels.give(role=role, labels=["C2"])
    typed = {"name": "Viewer", "permissions": ["view_segments"], "sees": "labels", "labels": ["C3"]}
    page = signed_in.post(_url(role), {**typed, **old}).content.decode()
    assert "now they are C2." in page
    assert access_labels.of_role(role=role) == ["C2"]


def test_a_label_that_was_deleted_meanwhile_is_refused(signed_in: Client, role: Group) -> None:
    typed = {"name": "Viewer", "sees": "labels", "labels": ["GONE"]}
    page = signed_in.post(_url(role), {**typed, **opened.mark(signed_in, _url(role))})
    assert "was deleted meanwhile" in page.content.decode()


@pytest.mark.parametrize(
    ("given", "held"),
    [
        (([],), set()),
        ((["C2"], ["S1"]), {"C2", "S1"}),
        ((["C2"], None), None),
    ],
)
def test_what_any_role_lets_a_person_see_they_see(
    db: None, given: tuple[list[str] | None, ...], held: set[str] | None
) -> None:
    assert held_by(user=somebody(*given)) == held


def test_full_access_sees_everything(user: User, role: Group) -> None:
    access_labels.give(role=role, labels=[])
    user.groups.add(role)
    assert held_by(user=user) is None


def test_who_sees_everything_is_asked_about_nothing(db: None) -> None:
    """No query more, and no condition: the plans stay those that were measured."""
    factories.AudienceFactory(labels=["C2"])
    client = browser(None)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/audiences/").status_code == 200
    asked = [query["sql"] for query in queries if "labels" in query["sql"].partition("WHERE")[2]]
    assert asked == []


def test_what_roles_allow_and_hide_is_one_query(db: None) -> None:
    person = User.objects.get(pk=somebody(["C2"], []).pk)
    with CaptureQueriesContext(connection) as queries:
        assert person.has_perm(Permission.VIEW_AUDIENCES.full_name)
        assert not person.has_perm("auth.add_user")
        assert held_by(user=person) == {"C2"}
    assert len(queries) == 1


def test_a_role_without_permissions_hides_nothing_of_what_others_show(db: None) -> None:
    person = somebody(["C2"])
    person.groups.add(roles.create(name="Nothing yet", permissions=[]))
    assert held_by(user=User.objects.get(pk=person.pk)) is None


@pytest.mark.parametrize(
    ("carried", "held", "is_seen"),
    [
        ([], [], True),
        (["C2"], ["C2", "S1"], True),
        (["C2", "S1"], ["C2"], False),
        (["C2"], [], False),
    ],
)
def test_all_labels_of_an_audience_must_be_held(
    db: None, carried: list[str], held: list[str], is_seen: bool
) -> None:
    audience = factories.AudienceFactory(name="Loyal", labels=carried)
    client = browser(held)
    assert ("Loyal" in client.get("/audiences/").content.decode()) == is_seen
    there = client.get(reverse("activations:audience-detail", args=[audience.uuid]))
    assert there.status_code == (200 if is_seen else 404)


class TestActivating:
    """All of what a destination sends, or nothing."""

    @pytest.fixture
    def secret(self, db: None) -> Audience:
        audience: Audience = factories.AudienceFactory(name="Board members", labels=["C2"])
        return audience

    @pytest.fixture
    def ready(self, destination: Destination) -> Destination:
        factories.map_mandatory(destination)
        return destination

    def test_it_is_refused_with_a_reason_and_a_name_to_ask(
        self, ready: Destination, secret: Audience
    ) -> None:
        factories.ActivationFactory(destination=ready, audience=secret)
        answer = browser([]).get(reverse("activations:activate", args=[ready.uuid]))
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "access label that none of your roles has" in page
        assert "Board members" not in page
        assert not ActivationDraft.objects.exists()

    def test_a_mapped_field_closes_it_too(self, ready: Destination) -> None:
        factories.LabeledAttributeFactory(path="person.name", labels=["C2"])
        url = reverse("activations:activate", args=[ready.uuid])
        assert browser([]).get(url).status_code == 403
        assert browser(["C2"]).get(url).status_code == 302

    @pytest.mark.parametrize("name", ["activate-now", "remove-audiences"])
    def test_nothing_is_sent_again_or_removed(
        self, ready: Destination, secret: Audience, name: str
    ) -> None:
        mine = factories.ActivationFactory(destination=ready)
        factories.ActivationFactory(destination=ready, audience=secret)
        url = reverse(f"activations:{name}", args=[ready.uuid])
        assert browser([]).post(url, {"chosen": [mine.pk]}).status_code == 403
        assert ready.activations.count() == 2
        assert not ready.resends.exists()

    @pytest.mark.parametrize("is_hidden", [True, False])
    def test_what_is_refused_is_not_offered(
        self, ready: Destination, secret: Audience, is_hidden: bool
    ) -> None:
        factories.ActivationFactory(destination=ready, audience=factories.AudienceFactory())
        factories.ActivationFactory(destination=ready, audience=secret)
        job = factories.ResendFactory(
            destination=ready, audience=ready.activations.first().audience
        )
        client = browser([] if is_hidden else ["C2"])
        start = reverse("activations:destination-detail", args=[ready.uuid])
        tabs = [start, f"{start}activation-data/", f"{start}settings/", f"{start}live/?tab=data"]
        told = "".join(client.get(page).content.decode() for page in tabs)
        offers = [
            *(f'="{reverse(f"activations:{name}", args=[ready.uuid])}"' for name in self.OFFERED),
            f'="{reverse("activations:activate-now-stop", args=[ready.uuid, job.uuid])}"',
        ]
        assert [offer in told for offer in offers] == [not is_hidden] * len(offers)
        rail = f"/destinations/browse/?rail={ready.uuid}"
        page = client.get(rail).content.decode()
        beside = page.partition('id="rail-title"')[2]
        assert ("Activate audiences</a>" in beside) == (not is_hidden)
        # Nor in the menu of its row, nor where a destination is chosen.
        assert (offers[0] in page) == (not is_hidden)
        chooser = client.get("/destinations/activate/").content.decode()
        assert (offers[0] in chooser) == (not is_hidden)
        assert ("Sends or maps something you may not see" in chooser) == is_hidden
        assert ("Activating here is for others." in told) == is_hidden

    def test_where_all_is_hidden_nothing_is_said_to_be_missing(
        self, ready: Destination, secret: Audience
    ) -> None:
        factories.ActivationFactory(destination=ready, audience=secret)
        start = reverse("activations:destination-detail", args=[ready.uuid])
        watched = reverse("activations:monitoring-destination", args=[ready.uuid])
        client = browser([])
        for page in (start, f"{start}activation-data/", f"{watched}?view=audiences"):
            told = client.get(page).content.decode()
            assert "No audience that you may see" in told, page
            assert reverse("activations:activate", args=[ready.uuid]) not in told, page

    OFFERED = ("activate", "activate-now", "remove-audiences")

    def _closed_draft(self, ready: Destination, secret: Audience) -> tuple[Client, ActivationDraft]:
        """Of somebody who chose an audience that they may not see any more."""
        client, person = Client(), somebody([])
        client.force_login(person)
        draft = drafts.open_for(destination=ready, person=person)
        draft.audiences = [{"audience": secret.pk, "mapping_id": "", "start_on": "", "end_on": ""}]
        draft.save()
        return client, draft

    def test_a_draft_that_was_open_already_can_only_be_given_up(
        self, ready: Destination, secret: Audience
    ) -> None:
        client, draft = self._closed_draft(ready, secret)
        for step in ("audiences", "mapping", "schedule", "review"):
            url = reverse(f"activations:draft-{step}", args=[draft.uuid])
            answer = client.get(url)
            assert answer.status_code == 403
            assert "Discard what you chose" in answer.content.decode()
            assert client.get(url, headers={"HX-Request": "true"}).status_code == 403
        finish = reverse("activations:draft-finish", args=[draft.uuid])
        assert client.post(finish).status_code == 403
        discard = reverse("activations:draft-discard", args=[draft.uuid])
        assert client.post(discard).status_code == 302
        assert not ActivationDraft.objects.exists()

    def test_what_is_not_offered_is_not_taken(self, ready: Destination, secret: Audience) -> None:
        """Neither a key of an audience nor the path of a field, typed by hand."""
        factories.LabeledAttributeFactory(path="loyalty", labels=["C2"])
        client, person = Client(), somebody([])
        client.force_login(person)
        draft = drafts.open_for(destination=ready, person=person)
        url = reverse("activations:draft-audiences", args=[draft.uuid])
        client.post(url, {"version": 1, "shown": [secret.pk], "chosen": [secret.pk]})
        draft.refresh_from_db()
        assert draft.audiences == []
        before = draft.mappings
        url = reverse("activations:draft-mapping", args=[draft.uuid])
        row = {"source-0": "xdm: loyalty.tier", "target-0": "xdm: title", "when-0": "keep"}
        assert client.post(url, {"version": draft.version, **row}).status_code == 403
        draft.refresh_from_db()
        assert draft.mappings == before

    def test_a_hidden_audience_leads_to_no_chooser_and_no_draft(
        self, ready: Destination, secret: Audience
    ) -> None:
        wanted, client = {"audience": str(secret.uuid)}, browser([])
        assert client.get(reverse("activations:choose"), wanted).status_code == 404
        assert client.post(self._activate(ready), wanted).status_code == 404
        assert not ActivationDraft.objects.exists()
        assert browser(["C2"]).post(self._activate(ready), wanted).status_code == 302
        [row] = ActivationDraft.objects.get().audiences
        assert row["audience"] == secret.pk

    def test_nothing_is_selected_in_a_draft_that_can_only_be_given_up(
        self, ready: Destination, secret: Audience
    ) -> None:
        client, draft = self._closed_draft(ready, secret)
        wanted = {"audience": str(factories.AudienceFactory().uuid)}
        answer = client.post(self._activate(ready), wanted)
        assert answer.status_code == 403
        assert reverse("activations:draft-discard", args=[draft.uuid]) in answer.content.decode()
        before = draft.audiences
        draft.refresh_from_db()
        assert draft.audiences == before

    def _activate(self, destination: Destination) -> str:
        return reverse("activations:activate", args=[destination.uuid])

    def test_the_windows_of_the_mapping_offer_no_hidden_field(self, ready: Destination) -> None:
        factories.LabeledAttributeFactory(path="person.birthDate", labels=["C2"])
        factories.ProfileFactory(attributes={"person": {"birthDate": "1990-01-01"}})
        client, person = Client(), somebody([])
        client.force_login(person)
        draft = drafts.open_for(destination=ready, person=person)
        there = reverse("activations:draft-mapping-sources", args=[draft.uuid])
        assert "birthDate" not in client.get(there).content.decode()
        one = reverse("activations:draft-mapping-source", args=[draft.uuid])
        asked = {"field": "xdm: person.birthDate"}
        assert client.get(one, asked).status_code == 404


def test_a_profile_is_shown_without_what_is_hidden_of_it(db: None) -> None:
    factories.ProfileFactory(
        email="ann@example.org",
        attributes={"loyalty": {"tier": "gold"}, "cards": [{"number": "4711"}], "city": "Malmö"},
    )
    for path in ("loyalty.tier", "cards.number", "identityMap.Email"):
        factories.LabeledAttributeFactory(path=path, labels=["C2"])
    client = browser([])
    found = client.post("/profiles/", {"email": "ann@example.org"})
    page = client.get(found["Location"]).content.decode()
    assert "Malmö" in page
    assert not [word for word in ("gold", "4711", "ann@example.org", "loyalty") if word in page]


def test_any_number_of_lists_of_labels_may_be_hidden(db: None) -> None:
    """SQLite takes no condition a thousand deep."""
    codes = [*CODES, "BANK"]
    lists = list(combinations(codes, 4))
    assert len(lists) > 1_000
    Audience.objects.bulk_create(
        Audience(namespace="ups", external_id=str(number), name=f"Hidden {number}", labels=labels)
        for number, labels in enumerate(lists)
    )
    factories.AudienceFactory(name="Everybody")
    page = browser([]).get("/audiences/").content.decode()
    assert "Everybody" in page
    assert "Hidden" not in page


def test_who_is_in_hidden_audiences_alone_is_not_said_to_be_in_none(db: None) -> None:
    profile = factories.ProfileFactory(email="ann@example.org")
    factories.MembershipFactory(
        profile=profile, audience=factories.AudienceFactory(name="Board members", labels=["C2"])
    )
    pages = {}
    for held in ((), ("C2",)):
        client = browser(list(held))
        found = client.post("/profiles/", {"email": "ann@example.org"})
        pages[held] = client.get(found["Location"]).content.decode()
    assert "In no audience that you may see" in pages[()]
    assert "Board members" in pages["C2",]


def test_audiences_are_counted_as_far_as_they_are_listed(destination: Destination) -> None:
    factories.ActivationFactory(destination=destination)
    hidden = factories.AudienceFactory(labels=["C2"])
    factories.ActivationFactory(destination=destination, audience=hidden)
    factories.AudienceFactory(labels=["C2"])
    told = {}
    for held in ((), ("C2",)):
        client = browser(list(held))
        mapped = client.get("/overview/").context["mapped"]
        row = client.get("/destinations/browse/").context["rows"][0]
        flow = client.get(reverse("activations:destination-data", args=[destination.uuid]))
        told[held] = (
            *(mapped.mapped, mapped.unmapped),
            *(row.audience_count, flow.context["flow"].audience_count),
        )
    assert told == {(): (1, 0, 1, 1), ("C2",): (2, 1, 2, 2)}


def test_a_label_that_a_role_holds_cannot_be_deleted(signed_in: Client, role: Group) -> None:
    label = factories.CustomLabelFactory(name="BANK")
    access_labels.give(role=role, labels=["BANK"])
    url = reverse("activations:custom-label-delete", args=[label.pk])
    page = signed_in.post(url, follow=True).content.decode()
    assert "role “Viewer”" in page
    there = reverse("activations:custom-label", args=[label.pk])
    assert _url(role) in signed_in.get(there).content.decode()


def test_a_role_with_labels_can_be_deleted(signed_in: Client, role: Group) -> None:
    access_labels.give(role=role, labels=["C2"])
    signed_in.post(reverse("connections:role-delete", args=[role.pk]))
    assert not AccessLabels.objects.exists()


def test_what_breaks_a_policy_or_uses_a_label_is_counted_and_not_named(
    destination: Destination,
) -> None:
    audience = factories.AudienceFactory(name="Board members", labels=["C2", "BANK"])
    factories.CustomLabelFactory(name="BANK")
    factories.LabeledAttributeFactory(path="person.name", labels=["C2"])
    factories.map_mandatory(destination)
    factories.ActivationFactory(destination=destination, audience=audience)
    destination.marketing_actions = ["export-to-third-party"]
    destination.save()
    policy = factories.PolicyFactory(name="No partners", status="draft")
    label = CustomLabel.objects.get()
    client = browser([])
    pages = [
        client.get(reverse("activations:policy", args=[policy.uuid])),
        client.post(
            reverse("activations:policy-toggle", args=[policy.uuid]), {"is_on": "on"}, follow=True
        ),
        client.get(reverse("activations:custom-label", args=[label.pk])),
        client.post(reverse("activations:custom-label-delete", args=[label.pk]), follow=True),
    ]
    told = [" ".join(page.content.decode().split()) for page in pages]
    assert not [page for page in told if "Board members" in page or "person.name" in page]
    assert told[0].count("one you may not see") == 2
    assert "audience that you may not see" in told[3]
    named = browser(["C2", "BANK"]).get(reverse("activations:policy", args=[policy.uuid]))
    assert "person.name" in named.content.decode()


def test_a_file_that_is_sent_row_by_row_is_read_for_its_person(destination: Destination) -> None:
    profile = factories.ProfileFactory(email="ann@example.org")
    factories.DeliveryFactory(destination=destination, profile=profile, state="failed", code="x")
    factories.LabeledAttributeFactory(path="identityMap.Email", labels=["C2"])
    url = reverse("activations:profiles-csv", args=[destination.uuid])
    for held, is_named in ((["C2"], True), ([], False)):
        answer = browser(held).get(url, {"state": "failed"})
        assert isinstance(answer, StreamingHttpResponse)
        text = b"".join(answer.streaming_content).decode()
        assert text.count("\r\n") == 2
        assert ("ann@example.org" in text) == is_named


def test_a_file_for_an_audience_that_is_not_there_yet_is_seen(db: None) -> None:
    factories.AudienceFactory(labels=["C2"])
    upload = factories.UploadFactory(audience=None, status="cancelled", file_name="new.csv")
    client = browser([])
    assert "new.csv" in client.get("/ingestion/").content.decode()
    there = reverse("activations:upload", args=[upload.uuid])
    assert client.get(there).status_code == 200
