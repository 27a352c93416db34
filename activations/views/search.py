"""The search of the header, as a list below it or as a page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from activations.queries import search
from connections.permissions import open_to_members


@open_to_members
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """The words are posted, never in an address: they may name a person.

    Open to whoever is signed in: each is shown only what they may see.
    """
    found = search.everything(words=request.POST.get("words", ""), person=request.user)
    is_part = request.htmx  # type: ignore[attr-defined]
    template = "search/found.html" if is_part else "search/page.html"
    return render(request, template, {"found": found})
