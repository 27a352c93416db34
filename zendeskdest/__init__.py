"""The wiring of the product: settings, urls, the Celery app, the process supervisor."""

__version__ = "0.1.0"
