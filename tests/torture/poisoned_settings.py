"""The product's settings for workers whose mapping stage is poisoned (`poisoned_worker`)."""

from zendeskdest.settings import *  # noqa: F403
from zendeskdest.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.torture.poisoned_worker.PoisonedWorker"]
