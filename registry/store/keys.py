"""Keys: files outside the database, one purpose each, and what is done with them.

The register names every key (id, purpose, public part or check value); the data folder's
``keys/`` holds the secrets, readable by the owner alone. A process whose folder lacks a key that
the register names refuses to start and says which. The street needs no secret at all.
"""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry import credential
from registry.config import Config
from registry.rules.acts import moment_text
from registry.store.database import tuples
from registry.store.tables import RegistryKey

IDENTITY_SEAL = "identity-seal"
IDENTITY_INDEX = "identity-index"
UPLOAD_SEAL = "upload-seal"
SCREEN_CODE = "screen-code"
SECRET_PURPOSES = (IDENTITY_SEAL, IDENTITY_INDEX, UPLOAD_SEAL, SCREEN_CODE)
PURPOSES = SECRET_PURPOSES + credential.PURPOSES
#: The index key can't be changed without reading every ID number again.
ROTATED_PURPOSES = tuple(purpose for purpose in PURPOSES if purpose != IDENTITY_INDEX)

_NONCE = 12


class KeyMissing(Exception):
    """The data folder lacks a key that the register names, or holds another under its name."""


@dataclass(frozen=True)
class KeyRow:
    """A key as the register names it; ``retired_at`` is empty for the one in use."""

    id: str
    purpose: str
    public: bytes | None
    created_at: str
    retired_at: str | None


class Keys:
    """The opened key ring of one register: seals, indexes and signs."""

    def __init__(
        self,
        secrets_by_id: Mapping[str, bytes],
        signing: Mapping[str, EllipticCurvePrivateKey],
        rows: tuple[KeyRow, ...],
    ) -> None:
        self._secrets = secrets_by_id
        self._signing = signing
        self.current = {row.purpose: row.id for row in rows if row.retired_at is None}
        self.verifying = {
            bytes.fromhex(row.id): credential.VerifyingKey(
                credential.public_key_of(row.public), row.purpose
            )
            for row in rows
            if row.public is not None
        }

    def signing_key(self, purpose: str) -> EllipticCurvePrivateKey:
        """The private key in use for a signing purpose."""
        return self._signing[self.current[purpose]]

    def seal(self, purpose: str, plain: bytes, bound_to: str) -> tuple[str, bytes]:
        """Encrypt with AES-256-GCM; ``bound_to`` must be given again to open.

        Returns the key's id and nonce + ciphertext.
        """
        key_id = self.current[purpose]
        nonce = secrets.token_bytes(_NONCE)
        cipher = AESGCM(self._secrets[key_id])
        return key_id, nonce + cipher.encrypt(nonce, plain, bound_to.encode())

    def open(self, key_id: str, sealed: bytes, bound_to: str) -> bytes:
        """Decrypt what :meth:`seal` made; raises :class:`KeyMissing` where the key is not ours."""
        ring = self if key_id in self._secrets else in_use()
        try:
            cipher = AESGCM(ring._secrets[key_id])
            return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())
        except (KeyError, InvalidTag) as error:
            raise KeyMissing(
                f"Key {key_id} does not open what it is said to have sealed."
            ) from error

    def seal_identity(self, identity_number: str, person_number: str) -> tuple[str, bytes]:
        """Seal an ID number for one person (bound to the person's number)."""
        return self.seal(IDENTITY_SEAL, identity_number.encode(), f"identity:{person_number}")

    def open_identity(self, key_id: str, sealed: bytes, person_number: str) -> str:
        """The ID number of one person."""
        return self.open(key_id, bytes(sealed), f"identity:{person_number}").decode()

    def screen_mac(self, message: bytes) -> bytes:
        """HMAC-SHA256 of what a class's screen shows, under the key of that purpose alone."""
        return hmac.new(self._secrets[self.current[SCREEN_CODE]], message, hashlib.sha256).digest()

    def identity_index(self, identity_number: str) -> str:
        """Blind index of a whole, folded ID number."""
        return self._index("whole", identity_number)

    def tail_index(self, last_six: str) -> str:
        """Blind index of an ID number's last six characters."""
        return self._index("tail", last_six)

    def _index(self, what: str, text: str) -> str:
        secret = self._secrets[self.current[IDENTITY_INDEX]]
        return hmac.new(secret, f"{what}:{text}".encode(), hashlib.sha256).hexdigest()


_bound: Keys | None = None
_config: Config | None = None


def bind(config: Config) -> Keys:
    """Open the key ring of the register that is connected and keep it for :func:`bound`."""
    global _bound, _config
    _bound, _config = load(config), config
    return _bound


def bound() -> Keys:
    """The key ring opened by :func:`bind`; raises :class:`KeyMissing` before that."""
    if _bound is None:
        raise KeyMissing("The register's keys have not been opened.")
    return _bound


def in_use() -> Keys:
    """As :func:`bound`, read anew if another process has made or rotated a key since."""
    ring = bound()
    current: dict[str, str] = dict(
        tuples(
            RegistryKey.select(RegistryKey.purpose, RegistryKey.id).where(
                RegistryKey.retired_at.is_null()
            )
        )
    )
    if ring.current == current or _config is None:
        return ring
    return bind(_config)


def registered() -> tuple[KeyRow, ...]:
    """Every key that the register names, oldest first."""
    rows = RegistryKey.select(
        RegistryKey.id,
        RegistryKey.purpose,
        RegistryKey.public,
        RegistryKey.created_at,
        RegistryKey.retired_at,
    ).order_by(RegistryKey.created_at, RegistryKey.id)
    return tuple(
        KeyRow(key, purpose, None if public is None else bytes(public), created, retired)
        for key, purpose, public, created, retired in tuples(rows)
    )


def load(config: Config) -> Keys:
    """Read every named key from the data folder; raises :class:`KeyMissing` naming the first."""
    folder = key_folder(config)
    check_values: dict[str, str] = dict(
        tuples(RegistryKey.select(RegistryKey.id, RegistryKey.check_value))
    )
    by_id: dict[str, bytes] = {}
    signing: dict[str, EllipticCurvePrivateKey] = {}
    rows = registered()
    for row in rows:
        path = folder / _file_name(row.purpose, row.id)
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise KeyMissing(
                f"The register names key {row.id} ({row.purpose}), but {path} is not there. "
                "Bring the key folder back from its safe copy; without it "
                + (
                    "ID numbers can't be read."
                    if row.purpose in SECRET_PURPOSES
                    else "no code can be signed."
                )
            ) from error
        if row.purpose in SECRET_PURPOSES:
            by_id[row.id] = bytes.fromhex(content.decode().strip())
            value = _check_value(by_id[row.id])
        else:
            signing[row.id] = credential.private_key_of(content)
            value = credential.kid_of(signing[row.id].public_key()).hex()
        if not hmac.compare_digest(value, check_values[row.id]):
            raise KeyMissing(
                f"{path} holds another key than the one the register names as {row.id}."
            )
    missing = [purpose for purpose in PURPOSES if purpose not in {row.purpose for row in rows}]
    if missing:
        raise KeyMissing(f"The register has no key for {missing[0]}: run `registry migrate`.")
    return Keys(by_id, signing, rows)


def make(config: Config, purpose: str, at: datetime) -> KeyRow:
    """Make a key for ``purpose``: file first, then its name in the register.

    The caller holds the transaction, retires the old key and records the event.
    """
    folder = key_folder(config)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    public: bytes | None = None
    if purpose in SECRET_PURPOSES:
        secret = secrets.token_bytes(32)
        key_id = secrets.token_hex(8)
        content = secret.hex().encode() + b"\n"
        check = _check_value(secret)
    else:
        private = credential.new_private_key()
        check = key_id = credential.kid_of(private.public_key()).hex()
        public = credential.public_point(private.public_key())
        content = credential.private_pem(private)
    _write_secret(folder / _file_name(purpose, key_id), content)
    created = moment_text(at)
    RegistryKey.insert(
        id=key_id, purpose=purpose, public=public, check_value=check, created_at=created
    ).execute()
    return KeyRow(key_id, purpose, public, created, None)


def retire(purpose: str, at: datetime) -> str | None:
    """Retire the key in use for ``purpose`` (it stays readable); returns its id."""
    row = RegistryKey.get_or_none(
        (RegistryKey.purpose == purpose) & RegistryKey.retired_at.is_null()
    )
    if row is None:
        return None
    RegistryKey.update(retired_at=moment_text(at)).where(RegistryKey.id == row.id).execute()
    return str(row.id)


def key_folder(config: Config) -> Path:
    """The folder to keep safe: without it sealed ID numbers are lost and no card can be signed."""
    return config.data_dir / "keys"


def _file_name(purpose: str, key_id: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{8,32}", key_id) or purpose not in PURPOSES:
        raise KeyMissing(f"The register names a key that can't be ours: {key_id!r}.")
    return f"{purpose}-{key_id}.key"


def _check_value(secret: bytes) -> str:
    return hmac.new(secret, b"check value", hashlib.sha256).hexdigest()[:32]


def _write_secret(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
