"""Certificates: those of the operator, or one that the server makes and signs itself.

Browsers give no microphone to a page over plain HTTP unless it comes from localhost.
"""

import datetime
import ipaddress
import os
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import ifaddr
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from visavis.errors import ConfigError

SELF_SIGNED = "self-signed"
_DAYS = 397  # browsers refuse longer ones
_RENEW_DAYS = 30


@dataclass(frozen=True)
class Certificate:
    """Two PEM files."""

    cert: Path
    key: Path

    def check(self) -> "Certificate":
        """Raises `ConfigError` if the files are not there, or do not belong together."""
        for path in (self.cert, self.key):
            if not path.is_file():
                raise ConfigError(f"There is no file {path}; name a PEM file.")
        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.cert, self.key, password=_no_password)
        except (ssl.SSLError, ValueError) as error:
            raise ConfigError(
                f"{self.cert} and {self.key} are not a certificate and its unencrypted key in PEM."
            ) from error
        return self


def _no_password() -> str:
    raise ValueError("the key is encrypted")


def self_signed(folder: Path, names: Iterable[str] = ()) -> Certificate:
    """A certificate for this machine's names and addresses, and `names`, kept in `folder` so that
    visitors need to trust it once only; made anew when it runs out or the names change.

    Raises `ConfigError` if the folder cannot be written.
    """
    certificate = Certificate(folder / "cert.pem", folder / "key.pem")
    wanted = sorted({*_own_names(), *names})
    if _is_good(certificate, wanted):
        return certificate
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        _write(certificate.key, secret, 0o600)
        pem = _signed(key, wanted).public_bytes(serialization.Encoding.PEM)
        _write(certificate.cert, pem, 0o644)
    except OSError as error:
        raise ConfigError(f"The certificate cannot be kept in {folder}: {error}.") from error
    return certificate


def fingerprint(certificate: Certificate) -> str:
    """SHA-256 of the certificate as browsers show it, for a visitor to compare."""
    read = x509.load_pem_x509_certificate(certificate.cert.read_bytes())
    return read.fingerprint(hashes.SHA256()).hex(":").upper()


def _signed(key: ec.EllipticCurvePrivateKey, names: list[str]) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "visavis, self-signed")])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName(list(map(_general, names))), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .sign(key, hashes.SHA256())
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _own_names() -> list[str]:
    addresses = [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    plain = [ip if isinstance(ip, str) else ip[0] for ip in addresses]
    return [*plain, "127.0.0.1", "::1", "localhost", socket.gethostname()]


def _is_good(certificate: Certificate, wanted: list[str]) -> bool:
    try:
        certificate.check()
        read = x509.load_pem_x509_certificate(certificate.cert.read_bytes())
        known = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ConfigError, OSError, ValueError, x509.ExtensionNotFound):
        return False
    fresh = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=_RENEW_DAYS)
    return read.not_valid_after_utc > fresh and set(map(_general, wanted)) <= set(known)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Beside the place, then renamed, and never readable by others for a moment."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    part.replace(path)
