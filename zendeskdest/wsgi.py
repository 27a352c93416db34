"""The WSGI entry point: `gunicorn zendeskdest.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zendeskdest.settings")
application = get_wsgi_application()
