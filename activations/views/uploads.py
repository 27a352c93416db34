"""An audience from a CSV file: choose it, say what its columns mean, watch it being read."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activations.queries import audiences, uploads
from activations.services.uploads import lifecycle
from activations.services.uploads.inspecting import DELIMITERS, Unfit
from activations.upload_forms import ADD, FileForm, OrderForm
from activations.views.receiving import PROBLEM
from connections.permissions import Permission, requires
from connections.views.found import or_404

may_import = requires(Permission.VIEW_AUDIENCES, Permission.IMPORT_AUDIENCES)
STEPS = ("Choose file", "Columns and name", "Import")


@may_import
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """`?audience=<uuid>` uploads into one that exists; with `mode=add` it asks no more how."""
    audience = _audience(request)
    adds = audience is not None and ADD in (request.POST.get("mode"), request.GET.get("mode"))
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FileForm(*posted, problem=request.META.get(PROBLEM, ""))
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = lifecycle.create(
                source=Path(file.temporary_file_path()),
                file_name=file.name,
                audience=audience,
                person=request.user,
                at=timezone.now(),
            )
        except Unfit as problem:
            form.add_error("file", str(problem))
        else:
            chosen = f"?mode={ADD}" if adds else ""
            return redirect(f"{reverse('activations:upload', args=[upload.uuid])}{chosen}")
    context = {"form": form, "audience": audience, "adds": adds, "steps": _steps(0)}
    return render(request, "activations/upload_new.html", context)


@may_import
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The columns of a file that waits for them, else how far it is."""
    upload = or_404(uploads.get, uuid=uuid)
    if upload.status == "draft":
        return _choose_columns(request, upload)
    return render(request, "activations/upload.html", _standing(upload))


@may_import
@require_safe
def live(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What moves on the page of an upload."""
    context = _standing(or_404(uploads.get, uuid=uuid))
    return render(request, "activations/upload_live.html", context)


@may_import
@require_POST
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    upload = or_404(uploads.get, uuid=uuid)
    was_draft = upload.status == "draft"
    if lifecycle.cancel(upload=upload, at=timezone.now()):
        kept = "" if was_draft else " What was taken until now stays."
        messages.success(request, f"The upload was cancelled and its file removed.{kept}")
    else:
        messages.info(request, "The upload had ended before.")
    return redirect("activations:audiences" if was_draft else "activations:ingestion")


@may_import
@require_POST
def forget(request: HttpRequest, uuid: UUID) -> HttpResponse:
    upload = or_404(uploads.get, uuid=uuid)
    try:
        lifecycle.forget(upload=upload)
    except lifecycle.StillRunning:
        messages.error(request, "It is running: cancel it first.")
        return redirect("activations:upload", uuid=uuid)
    messages.success(request, "The upload and its rejected rows were forgotten. Members stay.")
    return redirect("activations:ingestion")


@may_import
@require_safe
def rejects(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Row numbers and reasons as CSV; no values of the file."""
    upload = or_404(uploads.get, uuid=uuid)
    answer = StreamingHttpResponse(uploads.rejects_csv(upload=upload), content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="rejected-{upload.uuid}.csv"'
    return answer


def _choose_columns(request: HttpRequest, upload: Any) -> HttpResponse:
    try:
        preview = lifecycle.preview(upload=upload)
    except Unfit as problem:
        messages.error(request, str(problem))
        return redirect("activations:upload-new")
    is_new = upload.audience is None
    chosen = {"mode": ADD} if request.GET.get("mode") == ADD else None
    form = OrderForm(request.POST or None, initial=chosen, preview=preview, is_new=is_new)
    if request.method == "POST" and form.is_valid():
        try:
            lifecycle.start(upload=upload, order=form.order(), at=timezone.now())
        except lifecycle.NameTaken:
            form.add_error("name", "Another audience has this name: choose another one.")
        except lifecycle.NotStartable:
            words = "Another file is being read into this audience: start this one afterwards."
            form.add_error(None, words)
        else:
            return redirect("activations:upload", uuid=upload.uuid)
    context = {
        "upload": upload,
        "form": form,
        "preview": preview,
        "delimiter": DELIMITERS[preview.delimiter],
        "paths": uploads.known_paths(),
        "steps": _steps(1),
    }
    return render(request, "activations/upload_columns.html", context)


def _standing(upload: Any) -> dict[str, Any]:
    return {
        "upload": upload,
        "progress": uploads.progress(upload=upload, at=timezone.now()),
        "members": uploads.members(upload=upload),
        "reasons": uploads.reasons(upload=upload) if upload.status != "running" else [],
    }


def _audience(request: HttpRequest) -> Any:
    """The audience to upload into, by the address or the form; None for a new one."""
    text = request.POST.get("audience") or request.GET.get("audience") or ""
    try:
        uuid = UUID(text)
    except ValueError:
        return None
    return or_404(audiences.get, uuid=uuid)


def _steps(current: int) -> list[dict[str, str]]:
    states = ["done"] * current + ["current"] + ["todo"] * (len(STEPS) - current - 1)
    return [{"label": label, "state": state} for label, state in zip(STEPS, states, strict=True)]
