"""A department with time opened from MONDAY, accounts of two doctors and the other roles, forty patients."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, select

from tests.support.databases import Template
from tests.support.starting_data import CATALOGUE, SYSTEM
from tracker.db import read_session, transaction
from tracker.models import Account, Patient, StaffMember
from tracker.services.horizon import open_horizon

MONDAY = date(2026, 11, 23)
MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # Monday 00:00 in Shanghai
ACCOUNTS = {
    "reception": ("reception",),
    "sonographer": ("sonographer",),
    "colleague": ("sonographer",),
    "head": ("head",),
    "admin": ("admin",),
}


def at(hour: int, minute: int = 0, *, second: int = 0, day: int = 0) -> datetime:
    """An instant of Monday (or of the `day`-th day after it) in Shanghai."""
    return MIDNIGHT + timedelta(days=day, hours=hour, minutes=minute, seconds=second)


def _fill() -> None:
    open_horizon(by=SYSTEM, now=at(0), through=MONDAY + timedelta(days=4))
    with transaction() as session:
        doctors = session.scalars(
            select(StaffMember.id).where(StaffMember.kind == "doctor").order_by(StaffMember.id)
        ).all()
        staff = {"sonographer": doctors[0], "colleague": doctors[1]}
        session.execute(
            insert(Account),
            [
                {
                    "username": name,
                    "password_hash": "none",
                    "roles": list(roles),
                    "staff_member_id": staff.get(name),
                    "created_at": at(0, day=-3),
                }
                for name, roles in ACCOUNTS.items()
            ],
        )
        session.execute(
            insert(Patient),
            [
                {
                    "mrn": f"M{number:05}",
                    "name": f"病人{number}",
                    "sex": "female" if number % 2 else "male",
                    "birth_date": date(1950 + number, 5, 4),
                    "phone": f"139000000{number:02}",
                    "created_at": at(0, day=-3),
                }
                for number in range(1, 41)
            ],
        )


DEPARTMENT = Template("department", _fill, base=CATALOGUE)


def account_id(name: str) -> int:
    """The id of one of ACCOUNTS."""
    with read_session() as session:
        return session.scalars(select(Account.id).where(Account.username == name)).one()


def staff_code(name: str) -> str:
    """The code of the staff member whom an account names."""
    with read_session() as session:
        return session.scalars(
            select(StaffMember.code)
            .join(Account, Account.staff_member_id == StaffMember.id)
            .where(Account.username == name)
        ).one()
