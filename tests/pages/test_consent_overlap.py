"""Who of an audience consented to which policy: the page that Review leads to."""

import re
from html import unescape
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from activations.models import ActivationDraft, Audience
from activations.queries import overlaps
from activations.services import draft_content, drafts
from activations.services.draft_content import ScheduleRow
from connections.models import Destination
from connections.permissions import TO_ACTIVATE, Permission
from tests import factories
from tests.pages import permitted
from tests.pages.conftest import CountQueries, next_part

MOST_QUERIES = 15
MOST_BYTES = 200_000


@pytest.fixture
def audience() -> Audience:
    made: Audience = factories.AudienceFactory(name="VIP customers")
    return made


@pytest.fixture
def draft(destination: Destination, user: User, audience: Audience) -> ActivationDraft:
    """Ready; its destination is meant for third parties, as consent policies ask by default."""
    destination.marketing_actions = ["export-to-third-party"]
    destination.save()
    opened = drafts.open_for(destination=destination, person=user)
    choose(opened, audience)
    return opened


def choose(draft: ActivationDraft, *audiences: Audience) -> None:
    rows = [
        ScheduleRow(audience.pk, f"Field {audience.pk}", "2026-01-01") for audience in audiences
    ]
    draft.audiences = draft_content.store_schedule(rows=rows)
    draft.save()


def members(count: int, audience: Audience, **held: str) -> None:
    consents = {name: {"val": value} for name, value in held.items()}
    for _ in range(count):
        profile = factories.ProfileFactory(attributes={"consents": consents})
        factories.MembershipFactory(audience=audience, profile=profile)


def policies(*names: str) -> None:
    for name in names:
        factories.ConsentPolicyFactory(name=f"Policy {name}", path=f"consents.{name}.val")


def address(draft: ActivationDraft, query: str = "") -> str:
    return f"{reverse('activations:draft-consents', args=[draft.uuid])}{query}"


def opened(client: Client, draft: ActivationDraft, query: str = "", **headers: str) -> str:
    answer = client.get(address(draft, query), headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def words(markup: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", markup)).split())


def within(page: str, pattern: str) -> list[str]:
    """The words of each element that the pattern finds."""
    return [words(found) for found in re.findall(pattern, page)]


def parts(page: str) -> list[str]:
    (found,) = re.findall('<dl class="venn-parts">.*?</dl>', page)
    return within(found, "<div.*?</div>")


def chosen(page: str) -> list[str]:
    return within(page, "<option[^>]* selected>.*?</option>")


def policy_links(page: str) -> list[str]:
    return [unescape(url) for url in re.findall('class="overlap-policy" href="([^"]*)"', page)]


def link_without_script(page: str) -> str:
    return unescape(re.findall('<noscript><a class="btn" href="([^"]*)"', page)[0])


def test_review_leads_to_it_and_it_leads_back(signed_in: Client, draft: ActivationDraft) -> None:
    policies("a")
    review = reverse("activations:draft-review", args=[draft.uuid])
    assert f'href="{address(draft)}"' in signed_in.get(review).content.decode()
    assert f'<a class="btn" href="{review}">Back to Review' in opened(signed_in, draft)


def test_the_picture_its_description_and_the_words_say_the_same(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    policies("a", "b", "c")
    members(4, audience, a="y")
    members(3, audience, b="y", c="y")
    members(2, audience, a="y", b="y", c="y")
    members(1, audience)
    page = opened(signed_in, draft)
    assert page.count('class="venn-circle"') == 3
    assert within(page, '<text class="venn-number".*?</text>') == ["1", "4", "3", "2"]
    assert 'role="img" aria-labelledby="overlap-venn-title overlap-venn-desc"' in page
    assert within(page, '<title id="overlap-venn-title">.*?</title>') == [
        "Consent of the members of “VIP customers”"
    ]
    assert within(page, '<desc id="overlap-venn-desc">.*?</desc>') == [
        "Members tried out: 10. Of these, Consented to neither: 1; Consented to the selected policy"
        " only: 4; Consented to the other policies only: 3; Consented: 2."
    ]
    assert parts(page) == [
        "Members tried out 10",
        "Consented to neither 1",
        "Consented to the selected policy only 4",
        "Consented to the other policies only 3",
        "Consented 2",
    ]
    assert "Consented members 2 of 10 members Audience" in words(page)
    assert "6 of 10 consented" in words(page)
    assert "5 of 10 consented to all of them" in words(page)


def test_another_policy_is_selected_at_the_left(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    policies("a", "b")
    members(2, audience, b="y")
    current = '<a class="overlap-policy" [^>]*aria-current="true"><bdi>.*?</bdi>'
    page = opened(signed_in, draft)
    assert within(page, current) == ["Policy a"]
    page = opened(signed_in, draft, policy_links(page)[1])
    assert within(page, current) == ["Policy b"]
    assert "Consented to the selected policy only 2" in parts(page)
    assert "Consented 0" in parts(page)


def test_a_single_policy_is_drawn_as_two_circles(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    policies("a")
    members(1, audience)
    page = opened(signed_in, draft)
    assert page.count('class="venn-circle"') == 2
    assert parts(page) == ["Members tried out 1", "Not consented 1", "Consented 0"]


def test_another_audience_is_chosen_and_one_of_another_draft_is_not(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    policies("a")
    other, foreign = (factories.AudienceFactory(name=name) for name in ("Others", "Foreign"))
    members(3, foreign, a="y")
    members(2, other, a="y")
    choose(draft, audience, other)
    page = opened(signed_in, draft, f"?audience={other.uuid}")
    assert chosen(page) == ["Others"]
    assert "Consented 2" in parts(page)
    for wrong in (foreign.uuid, uuid4(), "x", "%00"):
        page = opened(signed_in, draft, f"?audience={wrong}&policy=%00")
        assert chosen(page) == ["VIP customers"]
        assert parts(page)[0] == "Members tried out 0"


def test_of_many_audiences_some_are_offered_and_the_others_are_found_by_name(
    signed_in: Client,
    draft: ActivationDraft,
    audience: Audience,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overlaps, "MOST_OFFERED", 2)
    policies("a")
    newest = factories.AudienceFactory(name="The newest")
    choose(draft, audience, *factories.AudienceFactory.create_batch(2, name="B"), newest)
    page = opened(signed_in, draft)
    assert page.count("<option") == 2
    assert "2 of 4 audiences in the list" in words(page)
    assert chosen(opened(signed_in, draft, f"?audience={audience.uuid}&q=NEWEST")) == ["The newest"]
    assert "No audience fits" in opened(signed_in, draft, "?q=nobody")


def test_more_members_come_batch_by_batch_with_and_without_a_script(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    policies("a", "b")
    members(150, audience, a="y")
    members(101, audience, a="y", b="y")
    page = opened(signed_in, draft)
    assert "judging by 51 that were tried out" in page
    link = link_without_script(page)
    assert f'id="overlap" aria-busy="true" hx-get="{link}"' in unescape(page)
    further = opened(signed_in, draft, link)
    assert "<html" in further
    assert "judging by 101 that were tried out" in further
    part, asked = "", link
    for _ in range(4):
        part = opened(signed_in, draft, asked, **{"HX-Request": "true"})
        asked = next_part(part)
    assert "<html" not in part
    assert asked == ""
    assert parts(part) == [
        "Members tried out 251",
        "Consented to neither 0",
        "Consented to the selected policy only 150",
        "Consented to the other policies only 0",
        "Consented 101",
    ]
    assert "101 of 251 members consented." in part


def test_a_part_leads_nobody_away_from_a_draft_that_was_finished_elsewhere(
    signed_in: Client, draft: ActivationDraft
) -> None:
    ActivationDraft.objects.filter(pk=draft.pk).update(finished_at=factories.NOON)
    assert signed_in.get(address(draft), headers={"HX-Request": "true"}).status_code == 204
    assert signed_in.get(address(draft)).status_code == 302


def test_what_was_found_for_another_question_begins_anew(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    policies("a", "b")
    members(251, audience)
    page = opened(signed_in, draft)
    second = f"{policy_links(page)[1]}&{link_without_script(page).removeprefix('?')}"
    for query in (second, "?tried=forged", "?tried=%00"):
        assert parts(opened(signed_in, draft, query))[0] == "Members tried out 51"


def test_without_policies_or_audiences_it_says_so(
    signed_in: Client, draft: ActivationDraft
) -> None:
    assert "No consent policy applies" in opened(signed_in, draft)
    policies("a")
    choose(draft)
    assert "No audience is selected" in opened(signed_in, draft)


def test_many_policies_audiences_and_members_take_no_more_queries(
    draft: ActivationDraft,
    audience: Audience,
    count_queries: CountQueries,
    signed_in: Client,
) -> None:
    policies("a")
    members(1, audience, a="y")
    one = count_queries(address(draft))
    policies(*(f"{number}{'x' * 150}" for number in range(60)))
    choose(draft, audience, *factories.AudienceFactory.create_batch(220, name="V" * 255))
    members(30, audience, a="y")
    assert count_queries(address(draft)) == one <= MOST_QUERIES
    assert len(signed_in.get(address(draft)).content) < MOST_BYTES


def test_hostile_words_are_shown_as_words(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    hostile = "<script>alert(1)</script></title></svg>" + "x" * 160
    Audience.objects.update(name=hostile)
    factories.ConsentPolicyFactory(name=hostile, path=hostile, accepted=[hostile])
    page = signed_in.get(address(draft)).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert page.count("</svg></title>") == 0


def test_who_may_not_see_policies_is_led_to_none_and_strangers_see_nothing(
    draft: ActivationDraft, signed_in: Client
) -> None:
    policies("a")
    assert "/policies/consent/" in signed_in.get(address(draft)).content.decode()
    stranger, _ = permitted.browser(Permission.VIEW_POLICIES)
    assert stranger.get(address(draft)).status_code == 403
    client, person = permitted.browser(*TO_ACTIVATE)
    assert client.get(address(draft)).status_code == 404
    ActivationDraft.objects.update(created_by=person)
    page = client.get(address(draft)).content.decode()
    assert "Policy a" in page
    assert "/policies/" not in page


def test_a_finished_draft_leads_to_its_destination(
    signed_in: Client, draft: ActivationDraft
) -> None:
    ActivationDraft.objects.update(finished_at=factories.NOON)
    answer = signed_in.get(address(draft))
    assert answer["Location"] == f"/destinations/{draft.destination.uuid}/"
