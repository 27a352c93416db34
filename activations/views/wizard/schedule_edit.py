"""An edit of many schedules at once: read from the Schedule step's form, done, and told."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from activations import forms
from activations.forms import ScheduleEditForm
from activations.queries import schedule, selection
from activations.queries.schedule import Wanted
from activations.services import drafts
from activations.services.schedule_edits import Edited


def do(request: HttpRequest, draft: Any, *, wanted: Wanted) -> ScheduleEditForm | None:
    """Does what was asked for, if it can be done; None when nothing was. Raises StaleDraft."""
    if "edit" not in request.POST:
        return None
    now = timezone.now()
    content = drafts.content(draft=draft, at=now)
    sent_now = selection.sent_now(destination_id=draft.destination.pk)
    places = schedule.places(content=content, sent_now=sent_now, wanted=wanted)
    ticked = forms.numbers(data=request.POST, name="ticked")
    form = ScheduleEditForm(request.POST, ticked=ticked, listed=len(places))
    if form.is_valid():
        listed = {content.schedule[place].audience for place in places}
        edited = drafts.edit_schedule(
            draft=draft,
            version=draft.version,
            audience_ids=listed if form.is_for_all else ticked,
            edit=form.edit,
            at=now,
        )
        messages.success(request, _said(form, edited))
    return form


def _said(form: ScheduleEditForm, edited: Edited) -> str:
    words = []
    if form.edit.sets_dates:
        what = "audience" if edited.meant == 1 else "audiences"
        words.append(f"The dates of {edited.meant:,} {what} were set.")
    if form.edit.by_name:
        what = "Mapping ID was" if edited.named == 1 else "Mapping IDs were"
        words.append(f"{edited.named:,} {what} found by name.")
    if edited.unnamed:
        words.append(f"For {edited.unnamed:,} there is no free field of that name.")
    return " ".join(words)
