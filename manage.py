#!/usr/bin/env python
"""Django's command line, with the settings of this project."""

import json
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zendeskdest.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        # Before a command is found there is nobody to speak for it.
        if "--json" in sys.argv:
            error = {"code": "settings", "message": str(problem), "problems": []}
            sys.stdout.write(json.dumps({"error": error}) + "\n")
        sys.exit(f"The settings cannot be used: {problem}")


if __name__ == "__main__":
    main()
