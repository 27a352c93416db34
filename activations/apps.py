"""The Django app of what is sent: profiles, audiences, mappings, deliveries."""

from django.apps import AppConfig


class ActivationsConfig(AppConfig):
    name = "activations"

    def ready(self) -> None:
        from activations.queries import custom_labels
        from connections import labelled

        labelled.told_by(
            labelled.Keeper(
                categories=lambda: custom_labels.every().categories, carried=custom_labels.carried
            )
        )
