"""The system view in words: each node with those it is linked to."""

from activations import system_picture, system_words
from activations.system_picture import Node

AUDIENCE = Node("audience:1", 0, "VIP", "3 members")
REST = Node("more", 0, "and 30 more audiences", "not drawn", is_group=True)
DESTINATION = Node("destination:1", 1, "Zendesk CRM", "Enabled")
ACCOUNT = Node("account:1", 2, "Acme", "Connected")
LINKS = [
    ("audience:1", "destination:1"),
    ("more", "destination:1"),
    ("destination:1", "account:1"),
]


def _told(nodes: list[Node], *, selected: str = "") -> list[system_words.Column]:
    picture = system_picture.draw(nodes=nodes, links=LINKS, selected=selected)
    return list(system_words.tell(placed=picture.nodes, links=LINKS))


def test_each_node_names_those_before_and_after_it() -> None:
    columns = _told([AUDIENCE, REST, DESTINATION, ACCOUNT])
    assert [column.title for column in columns] == ["Audiences", "Destinations", "Accounts"]
    assert [[told.ties for told in column.nodes] for column in columns] == [
        [(("Sent to", ("Zendesk CRM",)),), (("Sent to", ("Zendesk CRM",)),)],
        [(("Audiences", ("VIP", "and 30 more audiences")), ("Account", ("Acme",)))],
        [(("Used by", ("Zendesk CRM",)),)],
    ]


def test_a_link_to_nothing_is_not_told_and_an_empty_column_is_left_out() -> None:
    [column] = _told([DESTINATION])
    assert (column.title, column.nodes[0].ties) == ("Destinations", ())


def test_the_selected_node_is_marked() -> None:
    columns = _told([AUDIENCE, DESTINATION], selected="destination:1")
    marks = [told.is_selected for column in columns for told in column.nodes]
    assert marks == [False, True]
