"""An installation of the product in which `tests.browser.scene` put something of everything."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connections.zendesk.sandbox import Sandbox, Switches, serve_in_thread
from tests import factories
from tests.browser import product, visits
from tests.browser.product import ROOT, Product
from tests.browser.visits import Visit


@dataclass(frozen=True, slots=True)
class Filled:
    """`sessions`: by person, the cookie of a browser in which they are signed in."""

    product: Product
    sessions: dict[str, str]
    visits: list[Visit]

    def visit(self, route: str) -> Visit:
        """The first of that route."""
        return next(visit for visit in self.visits if visit.route == route)


@contextmanager
def filled(*, kind: str, data: Path, **more: str) -> Iterator[Filled]:
    """`kind` as the scene knows it; `more` are further settings."""
    simulator = Sandbox(tokens=(factories.TOKEN,), switches=Switches(throttle_style="off"))
    settings = {"WEBHOOK_HOSTS": "hooks.example.org", "EMAIL_URL": "memorymail://", **more}
    with (
        serve_in_thread(simulator) as zendesk,
        product.serve(data=data, zendesk_url=zendesk.url, **settings) as served,
    ):
        done = subprocess.run(
            [sys.executable, "-m", "tests.browser.scene", kind],
            cwd=ROOT,
            env=served.environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=120,
        )
        there = json.loads(done.stdout)
        found = visits.visits(objects=there["objects"], more=there["more"])
        yield Filled(product=served, sessions=there["sessions"], visits=found)
