"""Every address of the product."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from connections.views import health, sign_in, theme

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="connections:catalog"), name="home"),
    path("sign-in/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("sign-in/<str:secret>/", sign_in.redeem, name="sign-in-link"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("welcome/", sign_in.welcome, name="welcome"),
    path("theme/", theme.choose, name="theme"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("api/v1/", include("activations.api_urls")),
    path("", include("connections.urls")),
    path("", include("activations.urls")),
]
