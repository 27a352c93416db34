"""Every address of the product."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import TemplateView

from activations.views import metrics, overview
from connections.permissions import open_to_members
from connections.views import health, sign_in, theme
from zendeskdest import home, samples

handler403 = "connections.views.refusal.refuse"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("overview/", overview.show, name="overview"),
    path("sign-in/", sign_in.SignIn.as_view(), name="login"),
    path("sign-in/<str:secret>/", sign_in.redeem, name="sign-in-link"),
    path("sign-out/", sign_in.SignOut.as_view(), name="logout"),
    path("welcome/", sign_in.welcome, name="welcome"),
    path("theme/", theme.choose, name="theme"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.show, name="metrics"),
    path("api/v1/", include("activations.api_urls")),
    path("", include("connections.urls")),
    path("", include("activations.urls")),
]
if settings.DEBUG:
    gallery = open_to_members(
        TemplateView.as_view(
            template_name="components/gallery.html", extra_context=samples.everything()
        )
    )
    urlpatterns.append(path("ui/", gallery, name="gallery"))
