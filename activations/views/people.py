"""One person: looked up by e-mail address, which never stands in an address of ours."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from activations.forms import PersonForm
from activations.queries import people, sight
from connections.permissions import Permission, requires
from connections.queries import destinations
from connections.views.found import or_404


@requires(Permission.VIEW_PROFILES)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reference = people.reference_to(email=form.cleaned_data["email"])
        if reference is not None:
            return redirect("activations:person", reference=reference)
        form.add_error("email", "No profile has this address. Check the spelling.")
    return render(request, "activations/people.html", {"form": form})


@requires(Permission.VIEW_PROFILES)
@require_safe
def show(request: HttpRequest, reference: str) -> HttpResponse:
    person = or_404(people.get, reference=reference)
    return render(request, "activations/person.html", {"person": person})


@requires(Permission.VIEW_PROFILES, Permission.VIEW_DESTINATIONS, Permission.VIEW_IDENTITY_GRAPH)
@require_safe
def preview(request: HttpRequest, reference: str, uuid: UUID) -> HttpResponse:
    """The request that would be made now; it holds all that is mapped."""
    destination = or_404(destinations.get, uuid=uuid)
    sight.demand_workflow(destination=destination)
    found = or_404(
        people.next_request, reference=reference, destination=destination, at=timezone.now()
    )
    context = {"reference": reference, "destination": destination, "preview": found}
    return render(request, "activations/person_next.html", context)
