"""What the pickers offer, and which source they suggest for which target."""

from itertools import pairwise

import pytest

from activations.mapping import catalogue, paths, suggestions


def test_everything_offered_can_be_written_in_a_mapping() -> None:
    for source in (*catalogue.ATTRIBUTES, *catalogue.NAMESPACES):
        assert paths.format_source(paths.parse_source(source.text)) == source.text
    for field in catalogue.TARGETS:
        assert paths.parse_target(field.text) == field.target


def test_nothing_is_offered_twice() -> None:
    for offered in (catalogue.ATTRIBUTES, catalogue.NAMESPACES, catalogue.TARGETS):
        texts = [one.text for one in offered]
        assert len(texts) == len(set(texts))


def test_the_groups_of_the_tree_hang_together() -> None:
    groups = [attribute.group for attribute in catalogue.ATTRIBUTES]
    assert sum(a != b for a, b in pairwise(groups)) == len(set(groups)) - 1


def test_the_mandatory_targets_are_the_email_and_the_last_name() -> None:
    mandatory = [field.text for field in catalogue.TARGETS if field.is_mandatory]
    assert mandatory == ["Identity: email", "xdm: last_name"]


def test_every_attribute_and_address_key_is_offered_with_a_label() -> None:
    offered = {field.target.name for field in catalogue.TARGETS}
    assert offered == {"email", *paths.WRITABLE_ATTRIBUTES, *paths.ADDRESS_KEYS}
    assert all(field.label for field in catalogue.TARGETS)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("IdentityMap: Email", "Identity: email"),
        ("xdm: person.name.lastName", "xdm: last_name"),
        ("xdm: person.name.firstName", "xdm: first_name"),
        ("xdm: jobTitle", "xdm: title"),
        ("xdm: mobilePhone.number", "xdm: mobile"),
        ("xdm: homeAddress.city", "xdm: address.city"),
        ("xdm: homeAddress.postalCode", "xdm: address.postal_code"),
        ("xdm: loyalty.tier", "xdm: custom_fields.Loyalty tier"),
    ],
)
def test_source_and_target_suggest_each_other(source: str, target: str) -> None:
    one, other = paths.parse_source(source), paths.parse_target(target)
    assert suggestions.target_for(source=one, custom_fields=("Loyalty tier",)) == other
    assert suggestions.source_for(target=other) == one


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("xdm: _acme.lastName", "xdm: last_name"),
        ("xdm: workPhone.number", "xdm: phone"),
        ("xdm: workAddress.stateProvince", "xdm: address.state"),
        ("xdm: _acme.LinkedIn", "xdm: linkedin"),
    ],
)
def test_a_source_suggests_its_target(source: str, target: str) -> None:
    suggested = suggestions.target_for(source=paths.parse_source(source))
    assert suggested == paths.parse_target(target)


@pytest.mark.parametrize("source", ["IdentityMap: ECID", "xdm: person.gender", "xdm: loyalty.tier"])
def test_a_source_without_a_counterpart_suggests_nothing(source: str) -> None:
    assert suggestions.target_for(source=paths.parse_source(source)) is None


def test_a_target_without_a_counterpart_suggests_nothing() -> None:
    for target in ("xdm: skype", "xdm: custom_fields.Shoe size"):
        assert suggestions.source_for(target=paths.parse_target(target)) is None
