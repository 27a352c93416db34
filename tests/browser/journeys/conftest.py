"""One installation and one browser for all journeys; each test brings its own people."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, expect

from connections.zendesk.sandbox import RunningSandbox, Sandbox, Switches, serve_in_thread
from tests import factories
from tests.browser import product
from tests.browser.conftest import WIDE, Person
from tests.browser.listening import listen
from tests.browser.product import Product
from tests.sources import ROOT

Arrive: TypeAlias = Callable[..., Person]


@dataclass(frozen=True, slots=True)
class Office:
    """A running product with the demo's audiences and an account; Zendesk is a sandbox."""

    product: Product
    zendesk: RunningSandbox
    browser: Browser
    sessions: dict[str, str]
    addresses: dict[str, str]
    unused: Iterator[str]

    def address(self, route: str) -> str:
        """Where a page of that route is."""
        return self.addresses.get(route) or reverse(route)

    def destination(self) -> str:
        """The UUID of an enabled destination nobody touched yet."""
        return next(self.unused)


@pytest.fixture(scope="package")
def office(open_chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    # Two of these run at a time in `make test`, beside much else.
    expect.set_options(timeout=60_000)
    simulator = Sandbox(tokens=(factories.TOKEN,), switches=Switches(throttle_style="off"))
    with (
        serve_in_thread(simulator) as zendesk,
        product.serve(data=tmp_path_factory.mktemp("office"), zendesk_url=zendesk.url) as served,
    ):
        told = _fill(served)
        yield Office(
            product=served,
            zendesk=zendesk,
            browser=open_chromium,
            sessions=told["sessions"],
            addresses=told["addresses"],
            unused=iter(told["destinations"]),
        )


@pytest.fixture
def arrive(office: Office) -> Iterator[Arrive]:
    """`arrive("ann")`: she is signed in at a browser of her own; "" is somebody who is not.

    Whatever any of their tabs complains about fails the test.
    """
    contexts: list[BrowserContext] = []
    heard: list[list[str]] = []

    def come(name: str = "ann", **options: Any) -> Person:
        chosen = {"viewport": WIDE, "reduced_motion": "reduce", **options}
        context = office.browser.new_context(**chosen)
        contexts.append(context)
        context.set_default_timeout(60_000)
        context.on("page", lambda page: heard.append(listen(page)))
        if name:
            value, url = office.sessions[name], office.product.url
            context.add_cookies([{"name": "sessionid", "value": value, "url": url}])
        page = context.new_page()
        return Person(page, office.product, context, heard[-1])

    yield come
    for context in contexts:
        context.close()
    assert [complaint for complaints in heard for complaint in complaints] == []


def new_tab(person: Person) -> Person:
    """The same browser with another page."""
    return replace(person, page=person.context.new_page())


def _fill(served: Product) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.journeys.cast"],
        cwd=ROOT,
        env=served.environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told
