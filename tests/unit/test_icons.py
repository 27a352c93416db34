"""The tag that draws an icon."""

import pytest
from django.core import checks
from django.template import Context, Template
from lucide import IconDoesNotExist
from lucide.templatetags import lucide as library

from zendeskdest import icons


def drawn(tag: str) -> str:
    return Template(f"{{% load lucide %}}{{% {tag} %}}").render(Context())


def test_an_icon_is_the_librarys_own() -> None:
    assert drawn('lucide "check" size=16 aria_hidden="true"') == library.lucide(
        "check", size=16, aria_hidden="true"
    )
    assert 'aria-label="Done: &lt;b&gt;"' in drawn(
        'lucide "check" role="img" aria_label="Done: <b>"'
    )


def test_it_is_drawn_once_for_each_look() -> None:
    icons.lucide.cache_clear()
    for size in (14, 14, 16, 14):
        assert f'width="{size}"' in drawn(f'lucide "x" size={size}')
    assert icons.lucide.cache_info().misses == 2


def test_an_icon_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(IconDoesNotExist):
        drawn('lucide "no-such-icon"')


def test_nothing_of_the_settings_is_warned_of() -> None:
    assert checks.run_checks() == []
