"""Addresses of the HTTP API, below `/api/v1/`."""

from django.urls import path

from activations.views import api

app_name = "api"
urlpatterns = [
    path("profiles", api.profiles, name="profiles"),
]
