"""Stock machina under the server that serves the hub."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.sized.machina_settings")
application = get_asgi_application()
