"""How profiles come in: the uploads, the traffic of the HTTP API, and its keys."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activations.forms import ApiKeyForm
from activations.queries import ingestion, uploads
from activations.services import api_keys
from activations.views.lists import Asked
from connections.permissions import Permission, requires
from connections.views.found import or_404


@requires(Permission.MONITOR_DATA)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Uploads, the newest first."""
    page = Asked.by(request, default="-created").page_of(uploads.listing())
    return render(request, "activations/ingestion.html", {"tab": "uploads", "page": page})


@requires(Permission.MONITOR_DATA, to_change=(Permission.MANAGE_INGESTION,))
@require_http_methods(["GET", "HEAD", "POST"])
def api(request: HttpRequest) -> HttpResponse:
    """`?range=7d`; posting creates a key, which is in this one answer and never again."""
    form = ApiKeyForm(request.POST or None)
    issued = None
    if request.method == "POST":
        issued = _issue(form)
    chosen = request.GET.get("range", "")
    chosen = chosen if chosen in ingestion.RANGES else ingestion.DEFAULT_RANGE
    context = {
        "tab": "api",
        "form": ApiKeyForm() if issued else form,
        "issued": issued,
        "ranges": [(key, label) for key, (label, _) in ingestion.RANGES.items()],
        "chosen": chosen,
        "traffic": ingestion.traffic(since=timezone.now() - ingestion.RANGES[chosen][1]),
        "page": Asked.by(request, default="name").page_of(ingestion.api_keys()),
        "address": request.build_absolute_uri(reverse("api:profiles")),
    }
    answer = render(request, "activations/ingestion_api.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@requires(Permission.MANAGE_INGESTION)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    key = or_404(ingestion.api_key, pk=pk)
    if api_keys.revoke(name=key.name, at=timezone.now()):
        messages.success(request, f"{key.name} was revoked: it is refused from now on.")
    else:
        messages.info(request, f"{key.name} was revoked before.")
    return redirect("activations:ingestion-api")


def _issue(form: ApiKeyForm) -> api_keys.IssuedKey | None:
    if not form.is_valid():
        return None
    try:
        return api_keys.create(name=form.cleaned_data["name"])
    except api_keys.NameTaken:
        form.add_error("name", "Another key, in force or revoked, has this name.")
    except api_keys.NameInvalid:
        form.add_error("name", "A name has 1 to 100 visible characters.")
    return None
