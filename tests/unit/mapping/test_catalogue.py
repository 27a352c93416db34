"""What the pickers offer."""

from activations.mapping import catalogue, paths


def test_everything_offered_can_be_written_in_a_mapping() -> None:
    for source in (*catalogue.ATTRIBUTES, *catalogue.NAMESPACES):
        assert paths.format_source(paths.parse_source(source.text)) == source.text
    for field in catalogue.TARGETS:
        assert paths.parse_target(field.text) == field.target


def test_nothing_is_offered_twice() -> None:
    for offered in (catalogue.ATTRIBUTES, catalogue.NAMESPACES, catalogue.TARGETS):
        texts = [one.text for one in offered]
        assert len(texts) == len(set(texts))


def test_the_mandatory_targets_are_the_email_and_the_last_name() -> None:
    mandatory = [field.text for field in catalogue.TARGETS if field.is_mandatory]
    assert mandatory == ["Identity: email", "xdm: last_name"]


def test_every_attribute_and_address_key_is_offered_with_a_label() -> None:
    offered = {field.target.name for field in catalogue.TARGETS}
    assert offered == {"email", *paths.WRITABLE_ATTRIBUTES, *paths.ADDRESS_KEYS}
    assert all(field.label for field in catalogue.TARGETS)
