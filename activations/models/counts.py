"""Counters that only grow, for monitoring; unlike dataflow runs they are never pruned."""

from django.db import models

from connections.models import Destination


class Count(models.Model):
    """One number of a destination, told apart by a label (an outcome's code, a latency bucket)."""

    # No index of its own: the unique constraint below begins with it.
    destination = models.ForeignKey(
        Destination, on_delete=models.CASCADE, related_name="counts", db_index=False
    )
    name = models.CharField(max_length=40)
    label = models.CharField(max_length=100, blank=True)
    value = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("destination_id", "name", "label")
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "name", "label"], name="one_count_per_name_and_label"
            )
        ]
