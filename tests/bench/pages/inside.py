"""Takes the survey: `python -m tests.bench.pages.inside`, with a workspace's settings.

Prints one JSON object (`survey.read`).
"""

import os

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zendeskdest.settings")
    django.setup()
    # What is imported here needs the settings to stand.
    from tests.bench.pages import course

    print(course.survey().as_json())


if __name__ == "__main__":
    main()
