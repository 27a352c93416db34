"""All settings, read from the environment and from `.env`. What each means: README, Settings.

A real environment variable wins over `.env`. Nothing here is generated at import: `make setup`
writes the secrets once (see `zendeskdest/first_start.py`).
"""

import math
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.retry import Retry

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def _secret(name: str) -> str:
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Run `make setup` once (it writes .env), or set {name} yourself."
        )
    return value


def _number(name: str, *, default: float) -> float:
    text: str = env.str(name, default="").strip()
    try:
        number = float(text) if text else default
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ImproperlyConfigured(f"{name} is not a number: {text[:20]!r}.")
    return number


def _database() -> dict[str, Any]:
    """Refused without repeating the address, which may hold a password."""
    address: str = env.str("DATABASE_URL", default="")
    address = address or f"sqlite:///{DATA_DIR / 'zendeskdest.sqlite3'}"
    if address.partition("://")[0] not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL is not the address of a database we know: "
            "postgres://user:password@host:5432/name, or leave it unset for SQLite."
        )
    config: dict[str, Any] = env.db_url_config(address)
    return config


DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY = _secret("SECRET_KEY")
ENCRYPTION_KEYS: list[str] = [key for key in _secret("ENCRYPTION_KEYS").split(",") if key]
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_FAILURE_VIEW = "connections.views.refusal.refuse_old_page"
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Proxies in front, each of which adds the address it was asked from to X-Forwarded-For.
TRUSTED_PROXIES: int = int(_number("TRUSTED_PROXIES", default=0))
SECURE_COOKIES: bool = env.bool("SECURE_COOKIES", default=False)

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

# --- Zendesk --------------------------------------------------------------------------------

ZENDESK_SELL_API = "https://api.getbase.com"
ZENDESK_SELL_URL: str = env.str("ZENDESK_SELL_URL", default=ZENDESK_SELL_API).rstrip("/")
ZENDESK_SANDBOX: bool = env.bool("ZENDESK_SANDBOX", default=False)
ZENDESK_REQUESTS_PER_SECOND: float = _number("ZENDESK_REQUESTS_PER_SECOND", default=8.47)
DELIVERY_DEADLINE_SECONDS: float = _number("DELIVERY_DEADLINE_SECONDS", default=30)
DELIVERY_LEASE_SECONDS: float = _number("DELIVERY_LEASE_SECONDS", default=90)
DELIVERY_SETTLE_SECONDS: float = _number("DELIVERY_SETTLE_SECONDS", default=120)

INGEST_MAX_BODY_BYTES: int = int(_number("INGEST_MAX_BODY_BYTES", default=10 * 1024 * 1024))
INGEST_REQUESTS_PER_MINUTE: int = int(_number("INGEST_REQUESTS_PER_MINUTE", default=1200))
# Empty: `/metrics` answers everybody who reaches the port.
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")

# --- Django ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "connections",
    "activations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "connections.acting.middleware",
    "connections.access_labels.middleware",
]

ROOT_URLCONF = "zendeskdest.urls"
WSGI_APPLICATION = "zendeskdest.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zendeskdest.context.page",
            ],
            # In place of the library's own tag; its app would bring that one too.
            "libraries": {"lucide": "zendeskdest.icons"},
        },
    },
]

DATABASES: dict[str, dict[str, Any]] = {"default": _database()}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a deferred transaction that reads first and writes later cannot wait for another
    # writer, it fails at once with "database is locked", whatever the timeout.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # A statement about five hundred rows takes 50 kB, and differs with their number.
        "cached_statements": 48,
        "init_command": (
            # 16 MB of cache for each connection, and nothing mapped: a worker's memory does not
            # grow with the file.
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-16000;"
            "PRAGMA journal_size_limit=67108864;PRAGMA temp_store=MEMORY;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A server that vanishes without a word (power, network) is noticed within half a minute;
    # what stands in DATABASE_URL wins.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 25_000,
        **DATABASES["default"].get("OPTIONS", {}),
    }

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = env.str("REDIS_URL", default="")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
if REDIS_URL:
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {
            # A request waits for it: away is away at once, and only a connection that Redis
            # closed is opened again.
            "retry": Retry(NoBackoff(), 1),
            "socket_timeout": 0.5,
            "socket_connect_timeout": 0.5,
        },
    }

AUTHENTICATION_BACKENDS = ["connections.role_backend.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "zendeskdest" / "static"]
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Without it nothing is mailed; what Django itself might send goes into the log.
EMAIL_URL: str = env.str("EMAIL_URL", default="").strip()
EMAIL_IS_ON = bool(EMAIL_URL)
EMAIL_CONFIG: dict[str, Any] = env.email_url_config(EMAIL_URL or "consolemail://")
vars().update(EMAIL_CONFIG)
# For each step of the talk with the mail server.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env.str("EMAIL_FROM", default="zendeskdest@localhost")
# Where people reach this installation, for links in messages; empty: messages have none.
SITE_URL: str = env.str("SITE_URL", default="").rstrip("/")

# Hosts that webhooks may call (`host` or `host:port`), and private networks they may lie in.
WEBHOOK_HOSTS: list[str] = [
    entry.strip().lower() for entry in env.list("WEBHOOK_HOSTS", default=[]) if entry.strip()
]
# Certificates that webhooks trust, in PEM; empty: those of the public authorities.
WEBHOOK_CA_FILE: str = env.str("WEBHOOK_CA_FILE", default="")

# Files come in where they are kept, so that keeping one copies nothing; see `views.receiving`.
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(mode=0o700, exist_ok=True)
FILE_UPLOAD_HANDLERS = ["activations.views.receiving.AudienceFile"]
DATA_UPLOAD_MAX_MEMORY_SIZE = INGEST_MAX_BODY_BYTES
SESSION_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_SECURE = SECURE_COOKIES
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {
        "secrets": {"()": "zendeskdest.logs.WithoutSignInSecrets"},
        "refusals": {"()": "zendeskdest.logs.RefusalsInALine"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["secrets", "refusals"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    # urllib3 prints request lines at DEBUG, and Sell's upsert has the e-mail in its query; as a
    # warning too, where an answer's headers are odd. Said here as well as in the transport: whoever
    # configures logging once more takes back the levels of loggers that are not named.
    "loggers": {"urllib3": {"level": "INFO"}, "urllib3.connection": {"level": "ERROR"}},
}
