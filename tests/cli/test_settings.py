"""Settings: what each environment variable decides, and what is refused."""

import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from config import SettingError, Settings


def settings(folder: Path, **environ: str) -> Settings:
    return Settings.from_environment({"INSTANCE_DIR": str(folder), **environ})


@pytest.mark.parametrize(
    ("environ", "url", "trial"),
    [
        ({}, "sqlite:///{folder}/demo.sqlite", True),
        ({"DEMO": "1"}, "sqlite:///{folder}/demo.sqlite", True),
        ({"DEMO": "0"}, "sqlite:///{folder}/tracker.sqlite", False),
        ({"DATABASE_URL": "postgresql://u@h/d"}, "postgresql+psycopg://u@h/d", False),
        ({"DATABASE_URL": "postgres://u@h/d"}, "postgresql+psycopg://u@h/d", False),
        ({"DATABASE_URL": "postgresql+psycopg://h/d"}, "postgresql+psycopg://h/d", False),
        ({"DATABASE_URL": "postgresql://h/d", "DEMO": "1"}, "postgresql+psycopg://h/d", False),
        ({"DATABASE_URL": "sqlite:////srv/x.sqlite"}, "sqlite:////srv/x.sqlite", False),
    ],
)
def test_trial_data_never_meets_a_database_that_was_named(
    environ: dict[str, str], url: str, trial: bool, tmp_path: Path
) -> None:
    made = settings(tmp_path, **environ)
    assert (made.database_url, made.trial) == (url.format(folder=tmp_path), trial)


def test_without_variables_it_listens_to_this_machine_alone(tmp_path: Path) -> None:
    made = settings(tmp_path)
    assert (made.host, made.port, made.web_processes) == ("127.0.0.1", 5000, 1)
    assert (made.hospital_timezone, made.https) == ("Asia/Shanghai", False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PORT", "٥٠٠٠"),
        ("WEB_PROCESSES", "0"),
        ("WEB_PROCESSES", "-1"),
        ("DEMO", "maybe"),
        ("HTTPS", "2"),
        ("HOSPITAL_TIMEZONE", "Asia/Nowhere"),
        ("HOSPITAL_TIMEZONE", "../../etc/passwd"),
        ("DATABASE_URL", "mysql://h/d"),
        ("SECRET_KEY", "short"),
        ("INSTANCE_DIR", "/proc/nowhere"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=name):
        settings(tmp_path, **{name: value})


def test_cookies_are_secure_behind_https_only(tmp_path: Path) -> None:
    secure = {on: settings(tmp_path, HTTPS=on).as_flask()["SESSION_COOKIE_SECURE"] for on in "01"}
    assert secure == {"0": False, "1": True}


def test_the_secret_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    first = settings(folder).secret_key
    assert settings(folder).secret_key == first
    assert len(first) >= 32
    assert [path.name for path in folder.iterdir()] == ["secret_key"]
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def secret_key(folder: Path) -> str:
    return settings(folder).secret_key


def test_processes_that_start_together_agree_on_the_secret_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(8) as pool:
        for round_ in range(10):
            folder = tmp_path / str(round_)
            assert len(set(pool.map(secret_key, [folder] * 8))) == 1


def test_a_secret_key_from_the_environment_is_not_written(tmp_path: Path) -> None:
    assert settings(tmp_path, SECRET_KEY="k" * 32).secret_key == "k" * 32
    assert list(tmp_path.iterdir()) == []
