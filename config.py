"""Settings, read from environment variables and from nowhere else; each with its meaning and unit.

`Settings.from_environment()` reads them; `Settings.as_flask()` is what `create_app` takes.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class SettingError(ValueError):
    """A setting that cannot be used; the text names the variable and what it takes."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that differs from one installation to the next."""

    # HOST: the address to listen on. 127.0.0.1 answers this machine alone, 0.0.0.0 every network.
    host: str
    # PORT: the TCP port to listen on, 1–65535.
    port: int
    # INSTANCE_DIR: the folder of what this installation writes: database, secret key, backups.
    instance_dir: Path
    # BACKUP_DIR: the folder of the nightly backups, best on another disk; INSTANCE_DIR/backups if unset.
    backup_dir: Path
    # DISK_LOW_MB: free space in MB (10⁶ bytes) of INSTANCE_DIR or BACKUP_DIR below which a warning is shown.
    disk_low_mb: int
    # LISTS_DIR: the folder of the machines' paper lists, which the desks can reach; in INSTANCE_DIR if unset.
    lists_dir: Path
    # REPORTS_DIR: the folder of monthly reports and of exports that were waited for; in INSTANCE_DIR if unset.
    reports_dir: Path
    # DATABASE_URL: the database of a hospital, e.g. postgresql://user:password@host/tracker.
    # Without it a SQLite file in INSTANCE_DIR: tracker.sqlite when DEMO=0, else demo.sqlite.
    database_url: str
    # DEMO: 0 for a real department on SQLite. Unset, and no DATABASE_URL: a trial, which says so
    # on every page and fills itself with made-up patients.
    trial: bool
    # DEMO_PASSWORD: the one password of the trial accounts; made at random and printed once if unset.
    demo_password: str | None
    # SECRET_KEY: signs cookies; at least 32 characters. Made once in INSTANCE_DIR if unset.
    secret_key: str
    # WEB_PROCESSES: worker processes of the web server, at least 1; about one per core.
    web_processes: int
    # HOSPITAL_TIMEZONE: IANA name of the zone in which the hospital's days begin and end.
    hospital_timezone: str
    # METRICS_TOKEN: bearer token that may read /metrics from another machine; loopback needs none.
    metrics_token: str | None
    # HTTPS: 1 where people reach the software over https:// only; cookies are then Secure.
    https: bool
    # TRUSTED_PROXIES: how many reverse proxies stand in front and set X-Forwarded-*; 0 for none.
    trusted_proxies: int

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read all settings, making INSTANCE_DIR and the secret key when they are missing.

        Raises SettingError for a value that cannot be used.
        """
        instance_dir = _instance_dir(environ)
        url, trial = _database(environ, instance_dir)
        return cls(
            host=environ.get("HOST") or "127.0.0.1",
            port=_whole_number(environ, "PORT", default=5000, low=1, high=65535),
            instance_dir=instance_dir,
            lists_dir=Path(environ.get("LISTS_DIR") or instance_dir / "lists")
            .expanduser()
            .resolve(),
            reports_dir=Path(environ.get("REPORTS_DIR") or instance_dir / "reports")
            .expanduser()
            .resolve(),
            backup_dir=_backup_dir(environ, instance_dir),
            disk_low_mb=_whole_number(
                environ, "DISK_LOW_MB", default=1000, low=1, high=1_000_000_000
            ),
            database_url=url,
            trial=trial,
            demo_password=environ.get("DEMO_PASSWORD") or None,
            secret_key=_secret_key(environ, instance_dir),
            web_processes=_whole_number(environ, "WEB_PROCESSES", default=1, low=1, high=64),
            hospital_timezone=_timezone(environ),
            metrics_token=environ.get("METRICS_TOKEN") or None,
            https=_switch(environ, "HTTPS", default=False),
            trusted_proxies=_whole_number(environ, "TRUSTED_PROXIES", default=0, low=0, high=8),
        )

    def as_flask(self) -> dict[str, Any]:
        """The mapping `create_app` takes; keys in capitals, as Flask has them."""
        return {
            "INSTANCE_DIR": str(self.instance_dir),
            "LISTS_DIR": str(self.lists_dir),
            "REPORTS_DIR": str(self.reports_dir),
            "BACKUP_DIR": str(self.backup_dir),
            "DISK_LOW_MB": self.disk_low_mb,
            "SECRET_KEY": self.secret_key,
            "TRIAL": self.trial,
            "DEMO_PASSWORD": self.demo_password,
            "HOSPITAL_TIMEZONE": self.hospital_timezone,
            "METRICS_TOKEN": self.metrics_token,
            "TRUSTED_PROXIES": self.trusted_proxies,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            # One process answers four requests at a time (tracker/wsgi.py), each with at most a
            # reading and a writing connection; the overflow serves commands with threads.
            "SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": 8, "max_overflow": 24},
            "BABEL_DEFAULT_LOCALE": "zh",
            "BABEL_DEFAULT_TIMEZONE": self.hospital_timezone,
            "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
            "SESSION_COOKIE_SECURE": self.https,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,  # bytes of a request body
            "MAX_FORM_MEMORY_SIZE": 512 * 1024,  # bytes of a form without files
        }


def _instance_dir(environ: Mapping[str, str]) -> Path:
    folder = Path(environ.get("INSTANCE_DIR") or ROOT / "instance").expanduser().resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(f"INSTANCE_DIR {folder}: {error.strerror}") from error
    return folder


def _backup_dir(environ: Mapping[str, str], instance_dir: Path) -> Path:
    """The folder as it is named: it is made by the first backup, so that a disk may be mounted later."""
    given = environ.get("BACKUP_DIR")
    return Path(given).expanduser().resolve() if given else instance_dir / "backups"


def _database(environ: Mapping[str, str], instance_dir: Path) -> tuple[str, bool]:
    """The database's address and whether it is a trial's; trial data never meets a real one."""
    url = environ.get("DATABASE_URL")
    if url:
        for scheme in ("postgresql://", "postgres://"):
            if url.startswith(scheme):
                url = "postgresql+psycopg://" + url.removeprefix(scheme)
        if not url.startswith(("postgresql+psycopg://", "sqlite:///")):
            raise SettingError("DATABASE_URL takes postgresql://… or sqlite:///…")
        return url, False
    if _switch(environ, "DEMO", default=True):
        return f"sqlite:///{instance_dir / 'demo.sqlite'}", True
    return f"sqlite:///{instance_dir / 'tracker.sqlite'}", False


def _secret_key(environ: Mapping[str, str], instance_dir: Path) -> str:
    given = environ.get("SECRET_KEY")
    if given:
        if len(given) < 32:
            raise SettingError("SECRET_KEY takes at least 32 characters")
        return given
    path = instance_dir / "secret_key"
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()


def _write_once(path: Path, text: str) -> None:
    """Write a file of mode 0600 whole or not at all; of two processes the first one wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _timezone(environ: Mapping[str, str]) -> str:
    name = environ.get("HOSPITAL_TIMEZONE") or "Asia/Shanghai"
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingError("HOSPITAL_TIMEZONE takes a name such as Asia/Shanghai") from error


def _switch(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environ.get(name, "").strip().lower()
    if not text:
        return default
    if text not in TRUE | FALSE:
        raise SettingError(f"{name} takes 1 or 0")
    return text in TRUE


def _whole_number(
    environ: Mapping[str, str], name: str, *, default: int, low: int, high: int
) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise SettingError(f"{name} takes a whole number from {low} to {high}")
    return int(text)
