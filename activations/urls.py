"""Addresses of the pages about what is sent."""

from django.urls import path

from activations.views import audiences, browse, destination, profiles
from activations.views.wizard import audiences as audiences_step
from activations.views.wizard import mapping, opening, preview, review, schedule

app_name = "activations"

_DRAFT = "activations/drafts/<uuid:uuid>/"

urlpatterns = [
    path("destinations/browse/", browse.browse, name="browse"),
    path("destinations/activate/", browse.choose, name="choose"),
    path("destinations/<uuid:uuid>/", destination.dataflow_runs, name="destination-detail"),
    path(
        "destinations/<uuid:uuid>/activation-data/",
        destination.activation_data,
        name="destination-data",
    ),
    path("destinations/<uuid:uuid>/problems/", destination.problems, name="destination-problems"),
    path("destinations/<uuid:uuid>/profiles.csv", profiles.download, name="profiles-csv"),
    path(
        "destinations/<uuid:uuid>/activation-data/remove/",
        destination.remove_audiences,
        name="remove-audiences",
    ),
    path("destinations/<uuid:uuid>/live/", destination.live, name="destination-live"),
    path("destinations/<uuid:uuid>/profiles/", profiles.listing, name="profiles"),
    path("destinations/<uuid:uuid>/retry/", destination.retry, name="retry"),
    path("destinations/<uuid:uuid>/delete/", destination.delete, name="delete"),
    path("destinations/<uuid:uuid>/activate/", opening.activate, name="activate"),
    path(f"{_DRAFT}audiences/", audiences_step.step, name="draft-audiences"),
    path(f"{_DRAFT}mapping/", mapping.step, name="draft-mapping"),
    path(f"{_DRAFT}schedule/", schedule.step, name="draft-schedule"),
    path(f"{_DRAFT}schedule/fields/", schedule.read_fields, name="draft-read-fields"),
    path(f"{_DRAFT}review/", review.step, name="draft-review"),
    path(f"{_DRAFT}preview/", preview.show, name="draft-preview"),
    path(f"{_DRAFT}test/", preview.send, name="draft-test"),
    path(f"{_DRAFT}finish/", review.finish, name="draft-finish"),
    path(f"{_DRAFT}discard/", opening.discard, name="draft-discard"),
    path("audiences/", audiences.listing, name="audiences"),
    path("audiences/<uuid:uuid>/", audiences.detail, name="audience-detail"),
]
