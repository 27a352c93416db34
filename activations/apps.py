"""The Django app of what is sent: profiles, audiences, mappings, deliveries."""

from django.apps import AppConfig


class ActivationsConfig(AppConfig):
    name = "activations"

    def ready(self) -> None:
        from activations.queries import custom_labels
        from activations.services import custom_labels as services
        from activations.services import standing_still
        from connections import labelled

        labelled.told_by(
            labelled.Keeper(
                categories=lambda: custom_labels.every().categories,
                carried=custom_labels.carried,
                stand_still=standing_still.beside_others,
                demand_known=lambda labels: services.demand_known(codes=labels),
            )
        )
