"""Addresses of the pages about accounts and destinations."""

from django.urls import path
from django.views.generic import RedirectView

from connections.views import accounts, catalog, destinations, wizard

app_name = "connections"

urlpatterns = [
    path("destinations/", RedirectView.as_view(pattern_name="connections:catalog"), name="home"),
    path("destinations/catalog/", catalog.catalog, name="catalog"),
    path("destinations/accounts/", accounts.listing, name="accounts"),
    path("destinations/new/", catalog.new_destination, name="new"),
    path("destinations/<uuid:uuid>/connect/", wizard.connect, name="connect"),
    path("destinations/<uuid:uuid>/details/", wizard.details, name="details"),
    path("destinations/<uuid:uuid>/toggle/", destinations.toggle, name="toggle"),
    path("destinations/<uuid:uuid>/resume/", destinations.resume, name="resume"),
    path("destinations/<uuid:uuid>/rename/", destinations.rename, name="rename"),
    path("accounts/<uuid:uuid>/check/", accounts.check, name="account-check"),
    path("accounts/<uuid:uuid>/token/", accounts.new_token, name="account-token"),
    path("accounts/<uuid:uuid>/delete/", accounts.delete, name="account-delete"),
]
