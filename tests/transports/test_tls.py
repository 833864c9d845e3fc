"""A certificate that browsers can be told to trust, made once; and those that do not fit."""

import ssl
from pathlib import Path

import pytest
from cryptography import x509

from visavis.errors import ConfigError
from visavis.transports.tls import Certificate, fingerprint, self_signed


def test_a_certificate_is_made_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    first = self_signed(folder, ["talk.example"])
    assert first.check() == first
    assert (first.key.stat().st_mode & 0o777) == 0o600
    assert (folder.stat().st_mode & 0o777) == 0o700
    print_of_first = fingerprint(first)
    assert self_signed(folder, ["talk.example"]) == first
    assert fingerprint(first) == print_of_first
    self_signed(folder, ["other.example"])
    assert fingerprint(first) != print_of_first
    assert sorted(path.name for path in folder.iterdir()) == ["cert.pem", "key.pem"]


def test_it_names_the_machine(tmp_path: Path) -> None:
    made = self_signed(tmp_path, ["talk.example"])
    read = x509.load_pem_x509_certificate(made.cert.read_bytes())
    names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"localhost", "talk.example"} <= set(names.get_values_for_type(x509.DNSName))
    assert "127.0.0.1" in map(str, names.get_values_for_type(x509.IPAddress))
    client = ssl.create_default_context(cafile=str(made.cert))
    assert client.cert_store_stats()["x509"] == 1


def test_a_certificate_that_does_not_fit_is_told(tmp_path: Path) -> None:
    one, other = self_signed(tmp_path / "one"), self_signed(tmp_path / "other")
    with pytest.raises(ConfigError, match="are not a certificate and its unencrypted key"):
        Certificate(one.cert, other.key).check()
    with pytest.raises(ConfigError, match="There is no file"):
        Certificate(tmp_path / "none.pem", one.key).check()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be kept in"):
        self_signed(tmp_path / "file" / "tls")
