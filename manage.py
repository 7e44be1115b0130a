#!/usr/bin/env python
"""Run the hub's management commands."""

import os
import sys

from django.core.management import execute_from_command_line

from hub.env import EnvError
from hub.private import write_private

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    write_private()
    try:
        execute_from_command_line(sys.argv)
    except EnvError as error:
        sys.exit(f"The hub cannot start. {error}")
