"""The product's settings, closed off for tests: nothing of this machine's `.env` takes part.

`DATABASE_URL` of the real environment is honoured, so that the same tests run on SQLite and on
PostgreSQL; everything else is fixed here.
"""

import atexit
import base64
import os
import shutil
import tempfile

_data_dir = tempfile.mkdtemp(prefix="zendeskdest-tests-")
atexit.register(shutil.rmtree, _data_dir, ignore_errors=True)

os.environ.update(
    DATA_DIR=_data_dir,
    DATABASE_URL=os.environ.get("DATABASE_URL") or f"sqlite:///{_data_dir}/zendeskdest.sqlite3",
    REDIS_URL="",
    SECRET_KEY="tests-only-" + "0" * 50,
    ENCRYPTION_KEYS=base64.urlsafe_b64encode(bytes(range(32))).decode(),
    # Port 9 takes no connection: a test that sends anything says so by asking for `sandbox`.
    ZENDESK_SELL_URL="http://127.0.0.1:9",
    ZENDESK_SANDBOX="1",
    ZENDESK_REQUESTS_PER_SECOND="0",
    DELIVERY_DEADLINE_SECONDS="30",
    DELIVERY_LEASE_SECONDS="90",
    DELIVERY_SETTLE_SECONDS="120",
    INGEST_MAX_BODY_BYTES=str(10 * 1024 * 1024),
    INGEST_REQUESTS_PER_MINUTE="1200",
    METRICS_TOKEN="",
    ALLOWED_HOSTS="localhost,127.0.0.1,[::1],testserver",
    CSRF_TRUSTED_ORIGINS="",
    TRUSTED_PROXIES="0",
    SECURE_COOKIES="0",
    EMAIL_URL="memorymail://",
    EMAIL_FROM="alerts@example.org",
    SITE_URL="https://crm.example.org",
    WEBHOOK_HOSTS="",
    WEBHOOK_CA_FILE="",
    LOG_LEVEL="INFO",
    DEBUG="0",
)

from zendeskdest.settings import *  # noqa: E402, F403
from zendeskdest.settings import DATA_DIR, DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Files are looked for when one is asked for, not by each test's client as it starts.
WHITENOISE_AUTOREFRESH = True

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: only there do WAL and two connections behave as they do for a user.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "tests.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
