"""Contacts of a file to Sell with the official client: FILE, URL and TOKEN are the words.

Stands alone: it runs in a process and an environment of its own and imports nothing of ours.
"""

import json
import sys
import time
from urllib.parse import urlencode

import basecrm  # type: ignore[import-not-found]  # in an environment of its own


def main(path: str, url: str, token: str) -> None:
    client = basecrm.Client(access_token=token, base_url=url)
    sent, started = 0, time.perf_counter()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            contact = json.loads(line)
            query = urlencode({"email": contact["email"], "is_organization": "false"})
            _, _, written = client.http_client.post(f"/contacts/upsert?{query}", body=contact)
            sent += bool(written.id)
    print(json.dumps({"sent": sent, "seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main(*sys.argv[1:])
