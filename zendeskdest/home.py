"""Where the product opens: the first page of the navigation that the person may see."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from connections.permissions import open_to_members
from zendeskdest import context


@open_to_members
def home(request: HttpRequest) -> HttpResponse:
    """Whoever has no role yet is told so on the one page everybody has."""
    pages = context.navigation(request)
    if pages:
        return redirect(pages[0].url)
    messages.info(request, "You have no role yet that shows anything here.")
    return redirect("connections:settings")
