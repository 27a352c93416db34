"""Contacts of a file to Sell with one `requests.Session`: FILE, URL and TOKEN are the words.

Stands alone: it runs in a process of its own and imports nothing of ours.
"""

import json
import sys
import time

import requests


def main(path: str, url: str, token: str) -> None:
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})
    sent, started = 0, time.perf_counter()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            contact = json.loads(line)
            answer = session.post(
                f"{url}/v2/contacts/upsert",
                params={"email": contact["email"], "is_organization": "false"},
                json={"data": contact},
                timeout=30,
            )
            answer.raise_for_status()
            sent += bool(answer.json()["data"]["id"])
    print(json.dumps({"sent": sent, "seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main(*sys.argv[1:])
