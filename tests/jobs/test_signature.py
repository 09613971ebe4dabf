"""Who ran it: a detached Ed25519 signature over the record that holds the hashes of all files."""

from __future__ import annotations

import pytest

import cli
from geo.errors import InputError
from jobs.hashed_files import read_folder
from jobs.read_back import DifferenceError
from jobs.run_record import SIGNATURE, sealed
from jobs.signature import signed, signer
from layers.reference import files as embedded
from tests.jobs.edits import flipped, forged

ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")


def keys(folder, name: str, form: str = "PEM"):
    """Files of a private key and of its public half."""
    private = ed25519.Ed25519PrivateKey.generate()
    kind = serialization.PrivateFormat.PKCS8 if form == "PEM" else serialization.PrivateFormat.OpenSSH
    one, two = folder / f"{name}.key", folder / f"{name}.pub"
    one.write_bytes(private.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()))
    encoding, public = (
        (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        if form == "PEM"
        else (serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    )
    two.write_bytes(private.public_key().public_bytes(encoding, public))
    return one, two


@pytest.fixture
def files():
    return sealed({"a.csv": b"a\n1\n"}, {"run_at": "2026-01-01T00:00:00Z", "tool": "cahra-atlas", "job": "assess"})


@pytest.mark.parametrize("form", ["PEM", "OpenSSH"])
def test_a_signature_tells_who_and_holds_for_this_record_alone(files, tmp_path, form):
    key, public = keys(tmp_path, "mine", form)
    _, other = keys(tmp_path, "other", form)
    with_signature = signed(files, key)
    assert signer(with_signature, public) == signer(with_signature) != ""
    assert signed(files, key) == with_signature  # the same key and record, the same bytes
    with pytest.raises(DifferenceError, match="not by the trusted key"):
        signer(with_signature, other)
    with pytest.raises(DifferenceError, match="nobody signed"):
        signer(files, public)
    assert signer(files) == ""
    fake = {**forged(files, "a.csv", b"a\n2\n"), SIGNATURE: with_signature[SIGNATURE]}
    with pytest.raises(DifferenceError, match="does not hold"):
        signer(fake, public)
    for _, changed in flipped(with_signature[SIGNATURE], 80):
        with pytest.raises(DifferenceError, match=SIGNATURE):
            signer({**with_signature, SIGNATURE: changed}, public)


def test_a_file_that_is_no_key_is_said_before_any_work(tmp_path, capsys):
    (tmp_path / "no.key").write_text("no key")
    with pytest.raises(InputError, match="no key that can be used"):
        signed({"run.json": b""}, tmp_path / "no.key")
    private = ed25519.Ed25519PrivateKey.generate()
    locked = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
    )
    (tmp_path / "locked.key").write_bytes(locked)
    with pytest.raises(InputError, match="without a password"):
        signed({"run.json": b""}, tmp_path / "locked.key")


def test_the_commands_sign_and_trust(tmp_path, capsys):
    key, public = keys(tmp_path, "mine")
    _, other = keys(tmp_path, "other")
    call = ["assess", "--sites", str(embedded.DEMONSTRATION_SITES), "--as-of", "2018-12-31", "--sign", str(key)]
    assert cli.main([*call, "--out", str(tmp_path / "out")]) == 0
    assert SIGNATURE in read_folder(tmp_path / "out")
    assert cli.main(["verify", str(tmp_path / "out"), "--trust", str(public)]) == 0
    assert "Signed by the Ed25519 key" in capsys.readouterr().out
    again = ["--sites", str(embedded.DEMONSTRATION_SITES)]
    assert cli.main(["verify", str(tmp_path / "out"), *again]) == 0
    assert cli.main(["verify", str(tmp_path / "out"), "--trust", str(other)]) == 1
    assert cli.main([*call, "--out", str(tmp_path / "out")]) == 0  # a signed result is a result: it is replaced
