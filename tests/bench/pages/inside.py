"""Takes the survey: `python -m tests.bench.pages.inside VIEWER`, with a workspace's settings.

VIEWER is the name of a `viewing.Viewer`.

Prints one JSON object (`survey.read`).
"""

import os
import sys

import django

from tests.bench.viewing import Viewer


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zendeskdest.settings")
    django.setup()
    # What is imported here needs the settings to stand.
    from tests.bench.pages import course

    print(course.survey(viewer=Viewer[sys.argv[1]]).as_json())


if __name__ == "__main__":
    main()
