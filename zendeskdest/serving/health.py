"""Does the web process answer? One plain request to /healthz, past any proxy setting."""

import http.client

from zendeskdest.serving.roles import Address


def is_well(*, address: Address, host_name: str) -> bool:
    """`host_name` is one of ALLOWED_HOSTS: Django refuses a request that names another."""
    host = address.url.removeprefix("http://").rpartition(":")[0].strip("[]")
    connection = http.client.HTTPConnection(host, address.port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": host_name})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
