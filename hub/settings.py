"""Settings of the hub, from the environment alone; :mod:`hub.env` reads and checks it."""

from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import pgettext_lazy

from hub import env, env_stores, media, public_names, security
from hub.lib import logs
from hub.registrations import *  # noqa: F403 - they are settings

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What an operator sets ------------------------------------------------------------------------
HUB_DATA = env.folder("HUB_DATA", str(BASE_DIR / "var"))
HUB_WEB = env.endpoint("HUB_WEB", "127.0.0.1:8000")
HUB_SMTP = env.endpoint("HUB_SMTP", "127.0.0.1:8025")
# PEM files; with both the SMTP gateway offers STARTTLS, which distant clients need to sign in.
HUB_SMTP_CERT = env.file("HUB_SMTP_CERT", needs="HUB_SMTP_KEY")
HUB_SMTP_KEY = env.file("HUB_SMTP_KEY", needs="HUB_SMTP_CERT")
# Authorities of client certificates, whose e-mail addresses sign in by AUTH EXTERNAL.
HUB_SMTP_CLIENT_CA = env.file("HUB_SMTP_CLIENT_CA")
# Load balancers that say by the PROXY protocol for whom they connect; nobody else is believed.
HUB_SMTP_PROXY = env.networks("HUB_SMTP_PROXY")
# Several smtpd processes of one host at one address, among which the kernel shares the clients out.
HUB_SMTP_SHARED = env.flag("HUB_SMTP_SHARED", default=False)
# Of one client, or of one member who signed in; 0 for no limit. This host and HUB_TRUSTED_RELAYS
# are not counted.
HUB_SMTP_CONNECTIONS_PER_MINUTE = env.number(
    "HUB_SMTP_CONNECTIONS_PER_MINUTE", 120, least=0, most=100_000
)
HUB_SMTP_MAILS_PER_MINUTE = env.number("HUB_SMTP_MAILS_PER_MINUTE", 120, least=0, most=100_000)
# Connections of one client at a time; 0 for no limit. This host and HUB_TRUSTED_RELAYS are not
# counted.
HUB_SMTP_CONNECTIONS_PER_CLIENT = env.number(
    "HUB_SMTP_CONNECTIONS_PER_CLIENT", 20, least=0, most=100_000
)
# Megabytes of the disk under HUB_DATA that mail does not fill; 0 to look at none.
HUB_DISK_RESERVE = env.number("HUB_DISK_RESERVE", 100, least=0, most=1_000_000)
HUB_URL = public_names.base_url("HUB_URL", f"http://{HUB_WEB}")
# Proxies in front of the web: from these X-Forwarded-For and -Proto are believed, from nobody else.
HUB_TRUSTED_PROXIES = env.networks("HUB_TRUSTED_PROXIES")
# Sockets that one visitor who is not signed in may have open (in each process); 0 for no limit.
HUB_SOCKETS_PER_CLIENT = env.number("HUB_SOCKETS_PER_CLIENT", 100, least=0, most=100_000)
HUB_MAIL_DOMAIN = public_names.domain("HUB_MAIL_DOMAIN", "lists.hub.example")
HUB_RELAY = env.relay("HUB_RELAY")
# The keys that sign outgoing mail (RFC 6376), each with its selector; ``manage.py dkim_key`` makes
# one.
HUB_DKIM = env.dkim("HUB_DKIM_KEY", "HUB_DKIM_SELECTOR")
HUB_DEMO = env.flag("HUB_DEMO", default=False)
# Who must have a second factor: the Secretariat and whoever comes into /admin/, or nobody. Others
# may have one.
HUB_SECOND_FACTOR = env.choice(
    "HUB_SECOND_FACTOR", "off" if HUB_DEMO else "staff", ("staff", "off")
)
HUB_NAME = env.text("HUB_NAME", "Biosafety Network Hub")
HUB_SYMBOL = env.text("HUB_SYMBOL", "BSN/EC")
REDIS_URL = env_stores.redis_url("REDIS_URL")
DEBUG = env.flag("HUB_DEBUG", default=False)
SECRET_KEY = env.secret_key("HUB_SECRET_KEY", HUB_DATA)
SECRET_KEY_FALLBACKS = env.old_keys("HUB_SECRET_KEY_OLD")

# Who vouches for the sender of a mail: the hub's own look at SPF, DKIM and DMARC, a relay in front
# of it, or nobody.
HUB_DMARC = env.choice("HUB_DMARC", "own", ("own", "relay", "off"))
# From these the Authentication-Results under HUB_AUTHSERV_ID are believed, from nobody else.
HUB_TRUSTED_RELAYS = env.networks("HUB_TRUSTED_RELAYS")
# Those of them that have a mail in their queue before they hand it over, and would bounce what is
# refused after DATA.
HUB_QUEUING_RELAYS = env.networks("HUB_QUEUING_RELAYS", within="HUB_TRUSTED_RELAYS")
HUB_AUTHSERV_ID = env.text("HUB_AUTHSERV_ID").lower()
# Name servers; those of the host when empty.
HUB_DNS = env.endpoints("HUB_DNS", port=53)
# Days a reply address proves its owner; later it still leads to its thread.
HUB_REPLY_DAYS = env.number("HUB_REPLY_DAYS", 180, least=1, most=3_650)

# Where this process gives its figures to Prometheus; the web does so at /metrics as well.
HUB_METRICS = env.endpoint("HUB_METRICS", "") if env.text("HUB_METRICS") else None

# Bytes. Larger mails are refused with 552, larger texts with a clear error that keeps them.
HUB_MAIL_MAX_SIZE = env.number("HUB_MAIL_MAX_SIZE", 10_000_000, least=10_000, most=200_000_000)
HUB_TEXT_MAX_SIZE = env.number("HUB_TEXT_MAX_SIZE", 100_000, least=1_000, most=1_000_000)
HUB_FILE_MAX_SIZE = env.number("HUB_FILE_MAX_SIZE", 8_000_000, least=10_000, most=200_000_000)
# Bytes of files that one mail brings to those who want them attached; what is over it comes as a
# link.
HUB_ATTACH_MAX_SIZE = env.number("HUB_ATTACH_MAX_SIZE", 5_000_000, least=0, most=50_000_000)
# Contributions one member may send in an hour; moderators and the secretariat are not counted.
HUB_RATE_PER_HOUR = env.number("HUB_RATE_PER_HOUR", 60, least=1, most=100_000)
# At this score an address that mail comes back from is tried: a permanent bounce is 1, a temporary
# one 0.5, once a day.
HUB_BOUNCE_LIMIT = env.number("HUB_BOUNCE_LIMIT", 5, least=1, most=1_000)
# Days after which the bytes of a mail that came in are forgotten, their row kept; 0 to keep them,
# as for export.
HUB_KEEP_RAW_DAYS = env.number("HUB_KEEP_RAW_DAYS", 0, least=0, most=36_500)

_public = urlsplit(HUB_URL)
ALLOWED_HOSTS = public_names.allowed_hosts(_public.hostname or "localhost")
CSRF_TRUSTED_ORIGINS = [HUB_URL]
SECURE = _public.scheme == "https"

# --- Rooms ----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "hub.apps.HubConfig",
    "hub.lib",
    "hub.members",
    "hub.search",
    "forums",
    "listserv",
    "conferences",
    "liaison",
    "cms",
    "hub.demo",
    "mptt",
    "machina.apps.forum",
    "machina.apps.forum_conversation",
    "machina.apps.forum_permission",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "cms.apps.HubUsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_countries",
    "ninja",
    "channels",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "hub.runtime.observing.ObservingMiddleware",
    "hub.runtime.forwarded.ClientMiddleware",
    "hub.middleware.PrivateCacheMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "hub.runtime.health.HealthMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hub.lib.once.OnceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "hub.middleware.SlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hub.members.account.middleware.SignInMiddleware",
    "hub.middleware.MemberLocaleMiddleware",
    "hub.middleware.HubErrorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "hub.urls"
HUB_SOCKET_URLS = "conferences.live.routing"
ASGI_APPLICATION = "hub.asgi.application"
FORM_RENDERER = "hub.lib.form_renderer.FormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "hub" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hub.context.hub",
            ],
        },
    },
]

# --- Database, channels, tasks --------------------------------------------------------------------
# A pooler (PgBouncer) between the hub and PostgreSQL that hands out a connection for one
# transaction.
HUB_DB_BOUNCER = env.flag("HUB_DB_BOUNCER", default=False)
# Connections of one web process at most; 0 makes one for each request. Other processes keep theirs
# for so many seconds.
HUB_DB_POOL = env.number("HUB_DB_POOL", 20, least=0, most=500)
HUB_DB_CONN_MAX_AGE = env.number("HUB_DB_CONN_MAX_AGE", 60, least=0, most=3600)
DATABASES = {"default": env_stores.database("DATABASE_URL", HUB_DATA, bouncer=HUB_DB_BOUNCER)}
# machina's tables have 32-bit keys; ours say BigAutoField in their AppConfig (machina.md §5i).
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
# Prompts and caches only: the hub goes on without Redis, so nobody waits for it.
_redis_host = {"address": REDIS_URL, "socket_connect_timeout": 2.0}
CHANNEL_LAYERS = {
    "default": (
        {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [_redis_host]},
        }
        if REDIS_URL
        else {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}
    )
}
CACHES = {
    "default": (
        {
            "BACKEND": "hub.lib.caching.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1.0, "socket_timeout": 1.0},
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "hub"}
    )
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
STORAGES = {
    **media.stores("HUB_MEDIA_URL", HUB_DATA),
    "staticfiles": {"BACKEND": "hub.assets.HashedStatic"},
}
# What is collected comes with the code; what people upload is private, on its way into the stores
# above too.
STORAGES["staticfiles"]["OPTIONS"] = {
    "file_permissions_mode": 0o644,
    "directory_permissions_mode": 0o755,
}
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
STATIC_URL = "/static/"
# A folder that was collected beforehand, as in the image; unset, ``prepare`` collects into the data
# folder.
HUB_STATIC = env.place("HUB_STATIC")
STATIC_ROOT = HUB_STATIC or HUB_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "hub" / "static"]
WHITENOISE_MAX_AGE = 60 * 60 * 24 * 365
EMAIL_BACKEND = "listserv.outbound.mail_backend.NoticeBackend"
DEFAULT_FROM_EMAIL = public_names.mailbox(HUB_NAME, f"secretariat@{HUB_MAIL_DOMAIN}")
SERVER_EMAIL = f"hub@{HUB_MAIL_DOMAIN}"

# --- People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "members.Member"
AUTHENTICATION_BACKENDS = ["hub.members.backends.AddressBackend"]
PASSWORD_HASHERS = [
    "hub.members.hashing.GatedArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_FORMS = {
    "login": "hub.members.forms.SignInForm",
    "reset_password": "hub.members.forms.NewPasswordForm",
    "add_email": "hub.members.forms.AddAddressForm",
    "change_password": "hub.members.forms.ChangePasswordForm",
    "set_password": "hub.members.forms.SetPasswordForm",
    "reset_password_from_key": "hub.members.forms.PasswordByLinkForm",
    "reauthenticate": "hub.members.forms.PasswordAgainForm",
}
# Counted in the database (hub.members.allauth_limits); wrong passwords have limits of their own
# (hub.members.limits).
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    # Codes of a second factor.
    "login_failed": "60/10m/ip,5/5m/key",
    "reset_password": "20/10m/ip,3/10m/key,10/d/key",
    "reset_password_from_key": "20/10m/ip",
    "manage_email": "10/10m/user,20/d/user",
    "reauthenticate": "10/10m/user",
    "change_password": "5/10m/user",
    "signup": "20/10m/ip",
    # Passwords that several people share, of a page or a folder of documents.
    "shared_password": "10/5m/ip,60/h/key",
}
ACCOUNT_ADAPTER = "hub.members.adapter.HubAccountAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_USER_DISPLAY = "hub.members.models.display_name"
# A second factor beside the password: passkeys, codes of an app (TOTP), recovery codes; rules in
# hub.members.account.
MFA_ADAPTER = "hub.members.account.factor_adapter.HubFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
# Only a verified address signs in here, so one that is not verified yet locks nobody out.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# A browser gives passkeys to https and to localhost; allauth takes no http unless it is told to.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
MFA_FORMS = {
    "authenticate": "hub.members.account.forms.SecondStepForm",
    "reauthenticate": "hub.members.account.forms.SecondStepAgainForm",
    "add_webauthn": "hub.members.account.forms.AddPasskeyForm",
    "login_webauthn": "hub.members.account.forms.PasskeySignInForm",
    "authenticate_webauthn": "hub.members.account.forms.PasskeyStepForm",
    "edit_webauthn": "hub.members.account.forms.RenamePasskeyForm",
    "reauthenticate_webauthn": "hub.members.account.forms.PasskeyAgainForm",
}
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
SESSION_ENGINE = "hub.members.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# --- Languages and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", pgettext_lazy("language", "Arabic")),
    ("zh-hans", pgettext_lazy("language", "Chinese")),
    ("en", pgettext_lazy("language", "English")),
    ("fr", pgettext_lazy("language", "French")),
    ("ru", pgettext_lazy("language", "Russian")),
    ("es", pgettext_lazy("language", "Spanish")),
]
LOCALE_PATHS = [BASE_DIR / "hub" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

# --- machina --------------------------------------------------------------------------------------
MACHINA_MARKUP_LANGUAGE: tuple[str, dict[str, object]] = ("hub.lib.markup.render", {})
MACHINA_MARKUP_WIDGET, MACHINA_USER_DISPLAY_NAME_METHOD = None, "get_full_name"

# --- Wagtail --------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = HUB_NAME
WAGTAILADMIN_BASE_URL = HUB_URL
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
# Through the hub, wherever the files are stored.
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "odt", "csv", "xlsx", "txt", "epub"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "modelsearch.backends.database"}}
MODELSEARCH_BACKENDS = {"default": {"BACKEND": "modelsearch.backends.database"}}

# --- Security -------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = security.PAGES
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# Written by hub.runtime.forwarded alone.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# One year, for answers that went out over TLS; other names of the domain are not the hub's to bind.
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SILENCED_SYSTEM_CHECKS = [
    f"security.{code}" for code in ("W004", "W005", "W008", "W012", "W016", "W021")
]
# Files that are read of one request; more than a contribution may have gives a clear error, far
# more is not read.
DATA_UPLOAD_MAX_NUMBER_FILES = 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * HUB_TEXT_MAX_SIZE + 100_000

LOGGING = logs.configuration(
    form=env.choice("HUB_LOG_FORMAT", "text", tuple(logs.FORMATTERS)),
    level=env.choice("HUB_LOG_LEVEL", "info", logs.LEVELS).upper(),
)
