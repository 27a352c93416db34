"""TLS is verified against one bundle, and a failure there means that nothing was sent."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connections.zendesk.errors import NotSent, Written
from tests.unit.zendesk.cast import ADA, ADA_IN_SELL, client_of
from tests.unit.zendesk.servers import answering, http, mute

GOOD = http(200, ADA_IN_SELL)
UNTRUSTED = NotSent(reason="the TLS certificate or handshake was not accepted")


def certificate(folder: Path, address: str) -> Path:
    """A self-signed certificate with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{address}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


def tls_server(path: Path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return answering(GOOD, tls=context)


@pytest.fixture
def here(tmp_path):
    return certificate(tmp_path, "127.0.0.1")


def test_a_certificate_of_the_given_bundle_is_trusted_and_the_connection_kept(here):
    with tls_server(here) as server:
        client = client_of(server.url, ca_file=str(here))
        assert isinstance(client.upsert(contact=ADA), Written)
        assert isinstance(client.upsert(contact=ADA), Written)
    assert server.connections == 1


def test_an_unknown_certificate_is_refused_whatever_the_environment_trusts(here, monkeypatch):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(here))
    with tls_server(here) as server:
        assert client_of(server.url).upsert(contact=ADA) == UNTRUSTED
    assert server.requests == []


def test_a_certificate_for_another_host_is_refused(tmp_path):
    other = certificate(tmp_path, "127.0.0.2")
    with tls_server(other) as server:
        assert client_of(server.url, ca_file=str(other)).upsert(contact=ADA) == UNTRUSTED
    assert server.requests == []


def test_a_server_that_speaks_no_tls_is_refused():
    with answering(b"") as server:
        url = server.url.replace("http:", "https:")
        assert isinstance(client_of(url, deadline_seconds=0.3).upsert(contact=ADA), NotSent)


def test_a_silent_server_behind_tls_ends_at_the_deadline(here):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(here)
    with mute() as server:
        server.tls = context
        outcome = client_of(server.url, ca_file=str(here), deadline_seconds=0.3).upsert(contact=ADA)
    assert outcome.summary == (
        "Zendesk gave no usable answer: no complete answer within 0.3 seconds."
    )
