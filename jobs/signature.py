"""Who ran it: a detached Ed25519 signature over run.json, which holds the hashes of all other files.

Keys are PEM or OpenSSH files without a password, as ``openssl genpkey -algorithm ed25519`` or ``ssh-keygen -t ed25519``
make them; the signature is made and checked with `cryptography`, an extra (``pip install .[sign]``).
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from geo.errors import InputError
from jobs.read_back import DifferenceError
from jobs.run_record import RECORD, SIGNATURE

KEY_BYTES = 20_000
"""No key file is larger."""
ALGORITHM = "Ed25519"


def signed(files: Mapping[str, bytes], key: Path) -> dict[str, bytes]:
    """The files of a run with the signature of its record.

    Parameters
    ----------
    files
        Files of a result by name.
    key
        File of the private Ed25519 key (PEM or OpenSSH), without a password.

    Raises
    ------
    InputError
        The file holds no private Ed25519 key without a password, or `cryptography` is not installed.
    """
    private = _key(key, "--sign", ("load_pem_private_key", "load_ssh_private_key"), "Ed25519PrivateKey")
    return {**files, SIGNATURE: _document(_raw(private.public_key()), private.sign(files[RECORD]).hex())}


def signer(files: Mapping[str, bytes], trust: Path | None = None) -> str:
    """The public key whose signature the record carries, in hex; blank where there is none and none is asked for.

    Parameters
    ----------
    trust
        File of the public key that must have signed.
    files
        Files of a result by name.

    Raises
    ------
    DifferenceError
        The signature does not hold, or is not that of the trusted key.
    InputError
        `cryptography` is not installed, or the file holds no public key.
    """
    wanted = ""
    if trust is not None:
        names = ("load_pem_public_key", "load_ssh_public_key")
        wanted = _raw(_key(trust, "--trust", names, "Ed25519PublicKey"))
    data = files.get(SIGNATURE)
    if data is None:
        if wanted:
            raise DifferenceError(f"{SIGNATURE} is missing: nobody signed this result")
        return ""
    keys = _library("hazmat.primitives.asymmetric.ed25519")
    try:
        members = json.loads(data)
        public, signature = str(members["public_key"]), str(members["signature"])
        if data != _document(public, signature):
            raise ValueError
        keys.Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), files[RECORD])
    except (ValueError, KeyError, TypeError, RecursionError, _library("exceptions").InvalidSignature):
        raise DifferenceError(f"{SIGNATURE}: the signature does not hold for {RECORD}") from None
    if wanted and public != wanted:
        raise DifferenceError(f"{SIGNATURE}: signed by {public[:16]}…, not by the trusted key {wanted[:16]}…")
    return public


def _document(public: str, signature: str) -> bytes:
    members = {"algorithm": ALGORITHM, "file": RECORD, "public_key": public, "signature": signature}
    return (json.dumps(members, indent=1) + "\n").encode()


def _raw(public: Any) -> str:
    return str(public.public_bytes_raw().hex())


def _key(path: Path, option: str, loaders: tuple[str, str], kind: str) -> Any:
    serialization = _library("hazmat.primitives.serialization")
    data = path.read_bytes() if path.is_file() and path.stat().st_size <= KEY_BYTES else b""
    for name in loaders:
        load: Callable[..., Any] = getattr(serialization, name)
        try:
            key = load(data, None) if "private" in name else load(data)
        except (ValueError, TypeError, _library("exceptions").UnsupportedAlgorithm):
            continue
        if isinstance(key, getattr(_library("hazmat.primitives.asymmetric.ed25519"), kind)):
            return key
    raise InputError(
        "The file holds no key that can be used.", where=option, expected="Ed25519, PEM or OpenSSH, without a password",
        got=path.name, remedy="openssl genpkey -algorithm ed25519 -out key.pem",
    )  # fmt: skip


def _library(name: str) -> Any:
    try:
        return importlib.import_module(f"cryptography.{name}")
    except ImportError:
        raise InputError("The signature needs a library that is not installed.", where="cryptography",
                         remedy="pip install .[sign]") from None  # fmt: skip
