"""The Django app of what is sent: profiles, audiences, mappings, deliveries."""

from django.apps import AppConfig


class ActivationsConfig(AppConfig):
    name = "activations"
