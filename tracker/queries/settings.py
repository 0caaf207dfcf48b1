"""The department's settings as one typed value. Changing them is a service's work."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tracker.domain.settings import KEYS, DepartmentSettings, settings_from
from tracker.models.audit import Setting

_setting = Setting.__table__.c
_STORED = select(_setting.key, _setting.value).where(
    _setting.key.in_(bindparam("keys", expanding=True))
)


def department_settings(session: Session) -> DepartmentSettings:
    """All settings, in one statement."""
    return settings_from({row.key: row.value for row in session.execute(_STORED, {"keys": KEYS})})
