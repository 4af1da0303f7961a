"""Configuration from environment variables: read once, checked once, refused in words.

Every variable is described in docs/configuration.md; a test compares the two.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent

#: Secrets that stand in somebody's instructions somewhere and so protect nothing.
KNOWN_SECRETS = frozenset({"secret", "dev", "change-me", "changeme", "development", "password"})

VARIABLES = (
    "REGISTRY_DATABASE_URL",
    "REGISTRY_MIGRATE_URL",
    "REGISTRY_STREET_URL",
    "REGISTRY_SECRET_KEY",
    "REGISTRY_DATA_DIR",
    "REGISTRY_PUBLIC_URL",
    "REGISTRY_PROXIES",
    "REGISTRY_FONTS",
    "REGISTRY_IDLE_MINUTES",
    "REGISTRY_FRESH_MINUTES",
    "REGISTRY_OFFICE_NAME",
    "REGISTRY_DEMO",
)


class ConfigurationRefused(Exception):
    """The environment does not describe a register that may start; the text says what to mend."""


@dataclass(frozen=True)
class Config:
    """What one process of the registry needs to know about the machine it runs on.

    ``proxies`` is the number of reverse proxies in front; ``idle_minutes`` ends a forgotten
    session, ``fresh_minutes`` is how long a typed password counts as fresh.
    """

    database_url: str
    migrate_url: str
    street_url: str
    secret_key: str
    data_dir: Path
    public_url: str
    proxies: int = 0
    fonts: str = ""
    idle_minutes: int = 60
    fresh_minutes: int = 10
    office_name: str = "常州市金坛区"
    demo: bool = False

    @property
    def is_postgresql(self) -> bool:
        """Whether the register lies in PostgreSQL (else in SQLite)."""
        return self.database_url.startswith(("postgresql://", "postgres://"))

    @property
    def is_https(self) -> bool:
        """Whether the public reaches this register by https; cards say DEMO where it does not."""
        return self.public_url.startswith("https://")

    @property
    def public_host(self) -> str:
        """Host (and port) that is printed beside every code."""
        return urlsplit(self.public_url).netloc

    def require_secret(self) -> None:
        """Refuse a missing, short or well-known session secret.

        Raises :class:`ConfigurationRefused` naming the variable.
        """
        secret = self.secret_key
        if not secret:
            raise ConfigurationRefused(
                "REGISTRY_SECRET_KEY is missing: set it to at least 32 random characters "
                '(python3 -c "import secrets; print(secrets.token_urlsafe(48))").'
            )
        if len(secret) < 32 or secret.lower() in KNOWN_SECRETS or len(set(secret)) < 8:
            raise ConfigurationRefused(
                "REGISTRY_SECRET_KEY is too short or a well-known default: set it to at least "
                "32 random characters."
            )


def resource_folder(name: str) -> Path:
    """Folder of ``templates``, ``static`` or ``migrations``: in the wheel, else in the checkout."""
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _CHECKOUT / name


def default_data_dir() -> Path:
    """Where keys and the embedded database lie when no variable says so."""
    if (_CHECKOUT / "setup.cfg").is_file():
        return _CHECKOUT / "data"
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "enforcement-registry"


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError as error:
        raise ConfigurationRefused(f"REGISTRY_PUBLIC_URL has no usable port: {text}") from error
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9.:-]+", host):
        raise ConfigurationRefused(
            "REGISTRY_PUBLIC_URL must be scheme, host and port alone, such as "
            f"https://zf.example.gov.cn, not {text!r}."
        )
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise ConfigurationRefused(
            f"REGISTRY_PUBLIC_URL takes no path, query or account: {text!r}. Give host and port."
        )
    if parts.scheme == "http" and not _is_private(host):
        raise ConfigurationRefused(
            "REGISTRY_PUBLIC_URL may be http only for this machine or a private address; "
            f"for {host} set an https address."
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_private


def _number(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environment.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,6}", text, re.ASCII) or not low <= int(text) <= high:
        raise ConfigurationRefused(f"{name} must be a whole number from {low} to {high}: {text!r}.")
    return int(text)


def load_config(environment: Mapping[str, str] | None = None) -> Config:
    """Read the configuration from ``environment`` (default: this process's).

    Raises :class:`ConfigurationRefused` with a sentence that names the variable and the mend.
    """
    env = os.environ if environment is None else environment
    unknown = sorted(
        name
        for name in env
        if name.startswith("REGISTRY_")
        and name not in VARIABLES
        and not name.startswith("REGISTRY_TEST_")
    )
    if unknown:
        raise ConfigurationRefused(
            f"Unknown variable {unknown[0]}: see docs/configuration.md for the names."
        )
    data_dir = Path(env.get("REGISTRY_DATA_DIR") or default_data_dir()).expanduser().resolve()
    database_url = env.get("REGISTRY_DATABASE_URL") or f"sqlite:///{data_dir / 'register.sqlite3'}"
    if not database_url.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise ConfigurationRefused(
            "REGISTRY_DATABASE_URL must begin with sqlite:/// or postgresql://."
        )
    return Config(
        database_url=database_url,
        migrate_url=env.get("REGISTRY_MIGRATE_URL") or database_url,
        street_url=env.get("REGISTRY_STREET_URL") or database_url,
        secret_key=env.get("REGISTRY_SECRET_KEY", ""),
        data_dir=data_dir,
        public_url=_public_url(env.get("REGISTRY_PUBLIC_URL") or "http://127.0.0.1:8000"),
        proxies=_number(env, "REGISTRY_PROXIES", 0, 0, 5),
        fonts=env.get("REGISTRY_FONTS", ""),
        idle_minutes=_number(env, "REGISTRY_IDLE_MINUTES", 60, 1, 1440),
        fresh_minutes=_number(env, "REGISTRY_FRESH_MINUTES", 10, 1, 240),
        office_name=env.get("REGISTRY_OFFICE_NAME") or "常州市金坛区",
        demo=env.get("REGISTRY_DEMO", "") == "1",
    )
