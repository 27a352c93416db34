"""Addresses of the pages about accounts and destinations."""

from django.urls import path
from django.views.generic import RedirectView

from connections.permissions import Permission, requires
from connections.views import (
    accounts,
    alert_messages,
    alerts,
    bell,
    catalog,
    destinations,
    people,
    roles,
    settings,
    subscriptions,
    wizard,
)

app_name = "connections"

_catalog = requires(Permission.VIEW_DESTINATIONS)(
    RedirectView.as_view(pattern_name="connections:catalog")
)

urlpatterns = [
    path("destinations/", _catalog, name="home"),
    path("destinations/catalog/", catalog.catalog, name="catalog"),
    path("destinations/catalog/<slug:code>/", catalog.rail, name="catalog-rail"),
    path(
        "destinations/catalog/<slug:code>/documentation/",
        catalog.documentation,
        name="documentation",
    ),
    path("destinations/accounts/", accounts.listing, name="accounts"),
    path("destinations/new/", catalog.new_destination, name="new"),
    path("destinations/<uuid:uuid>/connect/", wizard.connect, name="connect"),
    path("destinations/<uuid:uuid>/details/", wizard.details, name="details"),
    path("destinations/<uuid:uuid>/toggle/", destinations.toggle, name="toggle"),
    path("destinations/<uuid:uuid>/resume/", destinations.resume, name="resume"),
    path("destinations/<uuid:uuid>/rename/", destinations.rename, name="rename"),
    path("destinations/<uuid:uuid>/alerts/", subscriptions.subscribe, name="subscribe"),
    path("alerts/", alerts.browse, name="alerts"),
    path("alerts/history/", alerts.history, name="alert-history"),
    path("alerts/<slug:key>/resolve/", alerts.resolve, name="alert-resolve"),
    path("alerts/rules/<slug:code>/toggle/", alerts.toggle, name="alert-toggle"),
    path("alerts/rules/<slug:code>/threshold/", alerts.threshold, name="alert-threshold"),
    path(
        "alerts/rules/<slug:code>/subscribers/",
        subscriptions.subscribers,
        name="alert-subscribers",
    ),
    path("alerts/messages/", alert_messages.overview, name="alert-messages"),
    path("alerts/messages/test/", alert_messages.test_email, name="alert-test-email"),
    path("alerts/webhooks/new/", alert_messages.new_webhook, name="webhook-new"),
    path("alerts/webhooks/<uuid:uuid>/secret/", alert_messages.renew_secret, name="webhook-secret"),
    path("alerts/webhooks/<uuid:uuid>/test/", alert_messages.test_webhook, name="webhook-test"),
    path(
        "alerts/webhooks/<uuid:uuid>/delete/", alert_messages.delete_webhook, name="webhook-delete"
    ),
    path("alerts/bell/", bell.count, name="bell"),
    path("alerts/bell/panel/", bell.panel, name="bell-panel"),
    path("alerts/bell/read/", bell.read_all, name="bell-read-all"),
    path("alerts/bell/<uuid:uuid>/read/", bell.read, name="bell-read"),
    path("alerts/bell/<uuid:uuid>/remind/", bell.remind, name="bell-remind"),
    path("alerts/bell/<uuid:uuid>/follow/", bell.follow, name="bell-follow"),
    path("accounts/<uuid:uuid>/check/", accounts.check, name="account-check"),
    path("accounts/<uuid:uuid>/edit/", accounts.edit, name="account-edit"),
    path("accounts/<uuid:uuid>/token/", accounts.new_token, name="account-token"),
    path("accounts/<uuid:uuid>/delete/", accounts.delete, name="account-delete"),
    path("people/", people.listing, name="people"),
    path("people/invite/", people.invite, name="person-invite"),
    path("people/<int:key>/roles/", people.change_roles, name="person-roles"),
    path("people/<int:key>/link/", people.new_link, name="person-link"),
    path("people/<int:key>/revoke/", people.revoke, name="person-revoke"),
    path("people/<int:key>/deactivate/", people.deactivate, name="person-deactivate"),
    path("people/<int:key>/reactivate/", people.reactivate, name="person-reactivate"),
    path("people/roles/", roles.listing, name="roles"),
    path("people/roles/new/", roles.new, name="role-new"),
    path("people/roles/<int:key>/", roles.edit, name="role"),
    path("people/roles/<int:key>/delete/", roles.delete, name="role-delete"),
    path("settings/", settings.own, name="settings"),
    path("settings/password/", settings.password, name="settings-password"),
]
