"""The baseline: a Flask application of two endpoints on the same database, served by the same server.

One indexed read by primary key, and one ORM insert into a table of its own; no sign-in, no rule.
"""

import contextlib
import itertools
import random

from flask import Flask, Response, jsonify
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import CreateTable

from tracker.db import prepare_engine

PATIENTS = 2_000


class Base(DeclarativeBase):
    """Apart from the product's tables, so that migrations do not see the baseline's."""


class BareRow(Base):
    """About as wide as a booking."""

    __tablename__ = "bench_bare_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    patient: Mapped[int]
    device: Mapped[int]
    text: Mapped[str] = mapped_column(String(80))


class BarePatient(Base):
    """The product's patients, read by id."""

    __tablename__ = "patient"

    id: Mapped[int] = mapped_column(primary_key=True)
    mrn: Mapped[str]


def create_bare_app(url: str) -> Flask:
    """The baseline on the database at `url`; its own table is made when it is missing."""
    bare = SQLAlchemy(model_class=Base)
    app = Flask("bare")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    bare.init_app(app)
    with app.app_context():
        prepare_engine(bare.engine)
        # both worker processes come here at once: PostgreSQL refuses the second's table or finds it there
        with contextlib.suppress(IntegrityError), bare.engine.begin() as connection:
            connection.execute(CreateTable(BareRow.__table__, if_not_exists=True))  # type: ignore[arg-type]
    numbers = itertools.count()

    @app.get("/bare/read")
    def read() -> Response:
        statement = select(BarePatient.mrn).where(BarePatient.id == random.randint(1, PATIENTS))
        return jsonify(mrn=bare.session.scalar(statement))

    @app.post("/bare/insert")
    def insert() -> Response:
        row = BareRow(patient=next(numbers), device=7, text="an ORM insert")
        bare.session.add(row)
        bare.session.commit()
        return jsonify(id=row.id)

    return app
