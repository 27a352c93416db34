"""Files on their way into audiences, one in each state."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from django.contrib.auth.models import User

from activations.models import Upload
from activations.services.uploads import lifecycle, storage
from tests import factories
from tests.browser.scene.words import Say


def fill(say: Say, at: datetime, person: User) -> dict[str, Upload]:
    """By status; the finished one has rejected rows."""
    common = {"created_by": person, "created_at": at, "started_at": at - timedelta(minutes=4)}
    names = {
        status: say(f"{status}.csv", 250)
        for status in ("running", "finished", "failed", "cancelled")
    }
    found = {
        status: factories.UploadFactory(
            **common,
            status=status,
            file_name=name,
            audience__name=say(f"From a file, {status}", 255),
            cursor=400 if status == "running" else 1_000,
            finished_at=None if status == "running" else at,
            problem=say("Row 7 is longer than 1 MiB.", 500) if status == "failed" else "",
            rows_rejected=3 if status == "finished" else 0,
        )
        for status, name in names.items()
    }
    for row in range(3):
        factories.UploadRejectFactory(
            upload=found["finished"], row=row + 2, message=say("not a valid e-mail address", 300)
        )
    return {**found, "draft": _draft(say, at, person)}


def _draft(say: Say, at: datetime, person: User) -> Upload:
    """A file whose columns are being chosen, quotes doubled as CSV wants them."""
    cells = [say(text, 5000).replace('"', '""') for text in ("Surname", "Ek")]
    content = 'email,"{}"\nann@example.org,"{}"\n'.format(*cells)
    with tempfile.TemporaryDirectory(dir=storage.folder()) as folder:
        source = Path(folder) / "customers.csv"
        source.write_text(content, encoding="utf-8")
        return lifecycle.create(
            source=source,
            file_name=say("customers.csv", 255),
            audience=None,
            person=person,
            at=at,
        )
