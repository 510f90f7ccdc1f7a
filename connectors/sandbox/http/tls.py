"""A certificate made when the org starts, for clients that speak nothing but https.

A certificate authority of its own signs it and is thrown away at once: only its certificate is kept, for the
clients to trust (`REQUESTS_CA_BUNDLE`, `SSL_CERT_FILE`). Valid for the loopback address, and for Salesforce's
login hosts so that clients with a fixed login address can be led here by a proxy of their own machine.
"""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

HOST_NAMES = ("localhost", "login.salesforce.com", "test.salesforce.com")
ADDRESSES = ("127.0.0.1",)
VALID_DAYS = 30


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files in PEM: `ca_file` is what a client must trust, the other two are the server's."""

    ca_file: Path
    chain_file: Path
    key_file: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.chain_file, self.key_file)
        return context


def make_certificate(directory: Path) -> Certificate:
    """Write a fresh certificate into `directory`, made if it is not there; the key is for its owner alone."""
    # Imported late: an org without TLS does not need it.
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    directory.mkdir(parents=True, exist_ok=True)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _signed("salespulse sandbox authority", ca_key, "salespulse sandbox authority", ca_key, is_ca=True)
    own = _signed("salespulse sandbox", key, "salespulse sandbox authority", ca_key, is_ca=False)
    made = Certificate(directory / "ca.pem", directory / "server.pem", directory / "server-key.pem")
    made.ca_file.write_bytes(ca.public_bytes(Encoding.PEM))
    made.chain_file.write_bytes(own.public_bytes(Encoding.PEM) + ca.public_bytes(Encoding.PEM))
    made.key_file.touch(mode=0o600)
    made.key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


def _signed(
    name: str,
    key: "ec.EllipticCurvePrivateKey",
    issuer: str,
    issuer_key: "ec.EllipticCurvePrivateKey",
    *,
    is_ca: bool,
) -> "x509.Certificate":
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    now = datetime.now(UTC)
    usage = x509.KeyUsage(not is_ca, False, False, False, False, is_ca, is_ca, False, False)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=0 if is_ca else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(authority, critical=False)
    )
    if not is_ca:
        names = [x509.DNSName(each) for each in HOST_NAMES]
        addresses = [x509.IPAddress(ipaddress.ip_address(each)) for each in ADDRESSES]
        builder = builder.add_extension(x509.SubjectAlternativeName([*names, *addresses]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(issuer_key, SHA256())
