"""What a start of the software asks about its database: does it hold patients, can anybody look after it."""

from sqlalchemy import exists, func, inspect, select
from sqlalchemy.orm import Session

from tracker.models.account import Account
from tracker.models.audit import Setting
from tracker.models.patient import Patient


def holds_patients(session: Session) -> bool:
    """Whether any patient was ever added; trial data is refused where it is so."""
    return bool(session.scalar(select(exists().select_from(Patient))))


def has_administrator(session: Session) -> bool:
    """Whether an account that may sign in has the role `admin`."""
    roles = session.scalars(select(Account.roles).where(Account.is_active))
    return any("admin" in of_one for of_one in roles)


TRIAL_KEY = "trial"
FILLING, COMPLETE = "filling", "complete"


def trial_state(session: Session) -> str | None:
    """Whether trial data is being written (`filling`: or was, and was stopped), is complete, or None."""
    value = session.scalar(select(Setting.value).where(Setting.key == TRIAL_KEY))
    return value if isinstance(value, str) else None


def holds_schema(session: Session) -> bool:
    """Whether the tables are there at all."""
    return inspect(session.connection()).has_table(Account.__tablename__)


def is_untouched(session: Session) -> bool:
    """Whether nothing is there but the starting data: no patient, and no account but `system`."""
    people = session.scalar(select(func.count()).select_from(Account)) or 0
    return people <= 1 and not holds_patients(session)
