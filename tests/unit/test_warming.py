"""What a web process does before its first request."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.template import TemplateSyntaxError

from tests.sources import ROOT
from zendeskdest import warming

SAY = "import gc, zendeskdest.wsgi; print(gc.get_freeze_count(), len(gc.get_objects()))"


def test_every_template_is_compiled() -> None:
    assert warming.compile_templates() == len(list((ROOT / "templates").rglob("*.html")))


def test_a_broken_template_is_found_before_the_first_request(
    tmp_path: Path, settings: LazySettings
) -> None:
    (tmp_path / "broken.html").write_text("{% if %}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    with pytest.raises(TemplateSyntaxError):
        warming.compile_templates()


def test_a_web_process_walks_only_through_what_requests_make() -> None:
    told = subprocess.run(
        [sys.executable, "-c", SAY], cwd=ROOT, check=True, capture_output=True, text=True
    )
    frozen, walked = map(int, told.stdout.split())
    assert frozen > 20 * walked
    assert gc.isenabled()
