"""The WSGI entry point: `gunicorn zendeskdest.wsgi`."""

import os

import django
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zendeskdest.settings")
django.setup(set_prefix=False)

from zendeskdest import static_files  # noqa: E402  (needs the settings)

static_files.serve_compressed()
application = get_wsgi_application()

# Django runs no system checks here. A view without access is found before the first request.
from connections.checks import refuse_undeclared  # noqa: E402  (needs the apps)
from zendeskdest import warming  # noqa: E402  (needs the apps)

refuse_undeclared()
warming.compile_templates()
warming.leave_alone_what_stays()
