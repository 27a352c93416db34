"""Addresses of the pages about what is sent."""

from django.urls import path

from activations.views import (
    audiences,
    browse,
    ingestion,
    labels,
    monitoring,
    people,
    policies,
    system,
    uploads,
)
from activations.views.destination import data, live, problems, profiles, runs, settings
from activations.views.wizard import audiences as audiences_step
from activations.views.wizard import forecast, mapping, opening, pickers, preview, review, schedule

app_name = "activations"

_DATA = "destinations/<uuid:uuid>/activation-data/"
_DRAFT = "activations/drafts/<uuid:uuid>/"

urlpatterns = [
    path("destinations/browse/", browse.browse, name="browse"),
    path("destinations/system/", system.show, name="system"),
    path("destinations/activate/", browse.choose, name="choose"),
    path("destinations/<uuid:uuid>/rail/", browse.rail, name="browse-rail"),
    path("destinations/<uuid:uuid>/", runs.show, name="destination-detail"),
    path("destinations/<uuid:uuid>/live/", live.news, name="destination-live"),
    path(_DATA, data.show, name="destination-data"),
    path(f"{_DATA}send-again/", data.send_again, name="activate-now"),
    path(f"{_DATA}send-again/<uuid:job>/stop/", data.stop, name="activate-now-stop"),
    path(f"{_DATA}remove/", data.remove, name="remove-audiences"),
    path("destinations/<uuid:uuid>/profiles/", profiles.listing, name="profiles"),
    path("destinations/<uuid:uuid>/profiles.csv", profiles.download, name="profiles-csv"),
    path(
        "destinations/<uuid:uuid>/profiles/<str:reference>/",
        profiles.show,
        name="destination-profile",
    ),
    path("destinations/<uuid:uuid>/problems/", problems.show, name="destination-problems"),
    path("destinations/<uuid:uuid>/retry/", problems.retry, name="retry"),
    path("destinations/<uuid:uuid>/edit/", settings.edit, name="destination-edit"),
    path("destinations/<uuid:uuid>/settings/", settings.show, name="destination-settings"),
    path("destinations/<uuid:uuid>/delete/", settings.delete, name="delete"),
    path("destinations/<uuid:uuid>/activate/", opening.activate, name="activate"),
    path(f"{_DRAFT}audiences/", audiences_step.step, name="draft-audiences"),
    path(f"{_DRAFT}mapping/", mapping.step, name="draft-mapping"),
    path(f"{_DRAFT}mapping/sources/", pickers.sources, name="draft-mapping-sources"),
    path(f"{_DRAFT}mapping/sources/one/", pickers.source, name="draft-mapping-source"),
    path(f"{_DRAFT}mapping/targets/", pickers.targets, name="draft-mapping-targets"),
    path(f"{_DRAFT}mapping/targets/one/", pickers.target, name="draft-mapping-target"),
    path(f"{_DRAFT}schedule/", schedule.step, name="draft-schedule"),
    path(f"{_DRAFT}schedule/fields/", schedule.read_fields, name="draft-read-fields"),
    path(f"{_DRAFT}review/", review.step, name="draft-review"),
    path(f"{_DRAFT}review/forecast/", forecast.show, name="draft-forecast"),
    path(f"{_DRAFT}preview/", preview.show, name="draft-preview"),
    path(f"{_DRAFT}test/", preview.send, name="draft-test"),
    path(f"{_DRAFT}take-in/", review.take_in, name="draft-take-in"),
    path(f"{_DRAFT}finish/", review.finish, name="draft-finish"),
    path(f"{_DRAFT}discard/", opening.discard, name="draft-discard"),
    path("monitoring/", monitoring.listing, name="monitoring"),
    path(
        "monitoring/destinations/<uuid:uuid>/",
        monitoring.destination,
        name="monitoring-destination",
    ),
    path(
        "monitoring/destinations/<uuid:uuid>/audiences/<uuid:audience_uuid>/",
        monitoring.audience,
        name="monitoring-audience",
    ),
    path("monitoring/runs/<uuid:uuid>/", monitoring.run, name="monitoring-run"),
    path("audiences/", audiences.listing, name="audiences"),
    path("audiences/new/", uploads.new, name="upload-new"),
    path("audiences/<uuid:uuid>/", audiences.detail, name="audience-detail"),
    path("audiences/<uuid:uuid>/name/", audiences.name, name="audience-name"),
    path("audiences/<uuid:uuid>/delete/", audiences.delete, name="audience-delete"),
    path("ingestion/", ingestion.listing, name="ingestion"),
    path("ingestion/api/", ingestion.api, name="ingestion-api"),
    path("ingestion/api/keys/<int:pk>/revoke/", ingestion.revoke, name="api-key-revoke"),
    path("audiences/uploads/<uuid:uuid>/", uploads.show, name="upload"),
    path("audiences/uploads/<uuid:uuid>/live/", uploads.live, name="upload-live"),
    path("audiences/uploads/<uuid:uuid>/cancel/", uploads.cancel, name="upload-cancel"),
    path("audiences/uploads/<uuid:uuid>/delete/", uploads.forget, name="upload-delete"),
    path("audiences/uploads/<uuid:uuid>/rejects.csv", uploads.rejects, name="upload-rejects"),
    path("profiles/", people.search, name="people"),
    path("profiles/<str:reference>/", people.show, name="person"),
    path("profiles/<str:reference>/next/<uuid:uuid>/", people.preview, name="person-next"),
    path("policies/", policies.listing, name="policies"),
    path("policies/new/", policies.new, name="policy-new"),
    path("policies/<uuid:uuid>/", policies.show, name="policy"),
    path("policies/<uuid:uuid>/edit/", policies.edit, name="policy-edit"),
    path("policies/<uuid:uuid>/toggle/", policies.toggle, name="policy-toggle"),
    path("policies/<uuid:uuid>/delete/", policies.delete, name="policy-delete"),
    path("policies/labels/", labels.listing, name="labels"),
    path("policies/labels/new/", labels.new, name="labels-new"),
    path("policies/labels/<int:key>/", labels.edit, name="labels-edit"),
    path("policies/labels/<int:key>/delete/", labels.delete, name="labels-delete"),
]
