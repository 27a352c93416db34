"""The pace of one token, shared by every process that uses it."""

from django.db import models


class TokenPace(models.Model):
    """One row a token. Instants are seconds since the epoch by the database's clock."""

    token_fingerprint = models.CharField(max_length=16, primary_key=True)
    next_slot_at = models.FloatField(default=0)
    # After a throttle nobody sends before this instant.
    held_until = models.FloatField(default=0)
    throttles = models.PositiveIntegerField(default=0)
