"""One installation and one browser for all journeys; each test brings its own people."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, sync_playwright

from connections.zendesk.sandbox import RunningSandbox, Sandbox, Switches, serve_in_thread
from tests import factories
from tests.browser import product
from tests.browser.conftest import ARTEFACTS, WIDE, Person
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
    unused: Iterator[str]

    def destination(self) -> str:
        """The UUID of an enabled destination nobody touched yet."""
        return next(self.unused)


@pytest.fixture(scope="package")
def office(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    ARTEFACTS.mkdir(exist_ok=True)
    simulator = Sandbox(tokens=(factories.TOKEN,), switches=Switches(throttle_style="off"))
    with (
        serve_in_thread(simulator) as zendesk,
        product.serve(data=tmp_path_factory.mktemp("office"), zendesk_url=zendesk.url) as served,
        sync_playwright() as playwright,
    ):
        told = _fill(served)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield Office(
            product=served,
            zendesk=zendesk,
            browser=browser,
            sessions=told["sessions"],
            unused=iter(told["destinations"]),
        )
        browser.close()


@pytest.fixture
def arrive(office: Office) -> Iterator[Arrive]:
    """`arrive("ann")`: she is signed in at a browser of her own; "" is somebody who is not.

    Whatever the browsers complain about fails the test.
    """
    present: list[Person] = []

    def come(name: str = "ann", **options: Any) -> Person:
        context = office.browser.new_context(
            **{"viewport": WIDE, "reduced_motion": "reduce"} | options
        )
        context.set_default_timeout(20_000)
        if name:
            cookie = {
                "name": "sessionid",
                "value": office.sessions[name],
                "url": office.product.url,
            }
            context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        present.append(Person(page, office.product, context, listen(page)))
        return present[-1]

    yield come
    for person in present:
        person.context.close()
    assert [complaint for person in present for complaint in person.complaints] == []


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
