"""What we are compared with, each a program of its own that sends a file of contacts.

`session_loop` is what one writes in ten minutes: one `requests.Session`, one upsert after another.
`basecrm_loop` does the same through basecrm, Zendesk's own client for Sell, unchanged. It has no
upsert among its services (its last release is older), so the request goes through its public
`http_client.post`: one request per contact, which is its best case. Neither keeps any record.
"""
