"""The page a newcomer looks at."""

from .caller import Caller

HOSTILE = "<script>alert('x')</script>\"&"


def test_the_page_says_that_it_is_a_simulator_and_shows_contacts(caller: Caller) -> None:
    caller.person(first_name="Ann", email="a@example.org", custom_fields={"Score": 7})
    page = caller.get("/").body.decode()
    assert "This is a simulator" in page
    assert "Ann Ek" in page
    assert "a@example.org" in page
    assert '<th scope="col">Score</th>' in page
    assert "/v2/contacts" in page


def test_hostile_values_are_escaped_everywhere(caller: Caller) -> None:
    contact = caller.person(first_name=HOSTILE, email=f"{HOSTILE}@example.org".replace(" ", ""))
    caller.call("GET", "/v2/<script>?<script>")
    for path in ("/", f"/contacts/{contact}", "/?q=%22%3E%3Cscript%3E"):
        page = caller.get(path).body.decode()
        assert page.count("<script") == 1, path  # the page's own
        assert 'value=""><' not in page


def test_lone_surrogates_do_not_break_the_page(caller: Caller) -> None:
    caller.call("POST", "/v2/contacts", raw=b'{"data":{"last_name":"\\ud800"}}')
    assert caller.get("/").status == 200


def test_the_page_holds_a_strict_policy_and_no_foreign_host(caller: Caller) -> None:
    answer = caller.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert b"http://" not in answer.body
    assert b"https://" not in answer.body
    assert b"style=" not in answer.body


def test_the_files_of_the_page_are_served(caller: Caller) -> None:
    for path, kind in (("page.css", "css"), ("page.js", "javascript"), ("icon.svg", "svg")):
        answer = caller.get(f"/_sandbox/{path}")
        assert answer.status == 200
        assert kind in answer.headers["Content-Type"]


def test_newest_changes_come_first_and_the_rest_on_further_pages(caller: Caller) -> None:
    contacts = [caller.person(last_name=f"Person{number:02}") for number in range(30)]
    caller.put(contacts[0], title="CEO")
    first, second = (caller.get(f"/?page={page}").body.decode() for page in (1, 2))
    assert first.index("Person00</a>") < first.index("Person29</a>")
    assert "Person01</a>" not in first
    assert "Person01</a>" in second
    assert caller.get("/?page=99").status == 200


def test_contacts_can_be_searched_by_name_and_email(caller: Caller) -> None:
    caller.person(last_name="Okafor", email="c@example.org")
    caller.person(last_name="Lin", email="m@example.org")
    assert "Okafor</a>" in caller.get("/?q=OKAFOR").body.decode()
    assert "Okafor</a>" not in caller.get("/?q=m%40example").body.decode()
    assert "No contact matches" in caller.get("/?q=nobody").body.decode()


def test_a_contact_is_shown_in_full_with_its_additional_fields(caller: Caller) -> None:
    contact = caller.person(email="a@example.org", custom_fields={"Segments": ["A", "B"]})
    page = caller.get(f"/contacts/{contact}").body.decode()
    assert "Additional fields" in page
    assert "Segments" in page
    assert "VIP audience" in page
    assert "Reg No" not in page
    assert "Prospect status" in page


def test_a_contact_that_is_not_there_is_404_as_a_page(caller: Caller) -> None:
    assert caller.get("/contacts/99").status == 404
    assert caller.get("/contacts/../x").status == 404
