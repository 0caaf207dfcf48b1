"""Volume, workload and quality: what is counted, by what weights, what was closed and what was brought in.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

import tracker.db
from tracker import clock

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BATCH = 10_000
_GRAINS = (
    (1, "day", ("device", "operator")),
    (2, "day", ("stream", "exam_type")),
    (3, "month", ("stream", "exam_type")),
    (4, "month", ("stream", "device")),
    (5, "month", ("stream", "operator")),
    (6, "month", ("device", "operator")),
    (7, "month", ("stream", "exam_type", "device")),
    (8, "month", ("stream", "exam_type", "operator")),
    (9, "month", ("stream", "device", "operator")),
    (10, "month", ("exam_type", "device", "operator")),
)
"""The roll-ups as they were when this revision was made: number, period, keys."""


def upgrade() -> None:
    """Bring the schema from 0002 to 0003."""
    _imports_and_exams()
    _roll_ups()
    _imported()
    _points_by_date()
    _taking_part()
    _objections()
    _closing()
    _years()
    _yearly_check()
    _morning_openings()


def _imports_and_exams() -> None:
    """Files of exams that were brought in; what an exam says besides for its figures."""
    op.create_table(
        "exam_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("staged_at", tracker.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("in_force_at", tracker.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("undone_at", tracker.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=12), server_default="in_force", nullable=False),
        sa.Column("sheet", sa.String(length=80), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=400), server_default="", nullable=False),
        sa.Column("undo_reason", sa.String(length=400), server_default="", nullable=False),
        *(
            sa.Column(name, sa.JSON(), server_default="{}", nullable=False)
            for name in ("progress", "findings", "decisions")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'reading', 'previewed', 'asked', 'staging', 'in_force', 'undone', "
            "'forgotten', 'failed')",
            name=op.f("ck_exam_import_state"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_exam_import_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_import")),
    )
    with op.batch_alter_table("exam", schema=None) as batch_op:
        batch_op.add_column(sa.Column("import_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("part_of_day", sa.String(length=20), server_default="other", nullable=False)
        )
        batch_op.add_column(
            sa.Column("opens_visit", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("supervisor_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("assistant_id", sa.Integer(), nullable=True))
        batch_op.alter_column("patient_id", existing_type=sa.Integer(), nullable=True)
        for column, table in (
            ("import_id", "exam_import"),
            ("supervisor_id", "staff_member"),
            ("assistant_id", "staff_member"),
        ):
            batch_op.create_foreign_key(op.f(f"fk_exam_{column}"), table, [column], ["id"])
        batch_op.create_check_constraint(
            op.f("ck_exam_patient"), "patient_id IS NOT NULL OR import_id IS NOT NULL"
        )
        batch_op.create_index(
            "ix_exam_import",
            ["import_id"],
            sqlite_where=sa.text("import_id IS NOT NULL"),
            postgresql_where=sa.text("import_id IS NOT NULL"),
        )
        # a file's numbers may be used twice, and none of them stands in the way of an exam done here
        batch_op.drop_index("uq_exam_number_live")
        batch_op.create_index(
            "uq_exam_number_live",
            ["number"],
            unique=True,
            sqlite_where=sa.text("voided_at IS NULL AND import_id IS NULL"),
            postgresql_where=sa.text("voided_at IS NULL AND import_id IS NULL"),
        )
    _fill_part_of_day()
    op.execute(
        "UPDATE exam SET opens_visit = true WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER "
        "(PARTITION BY patient_id, local_date ORDER BY started_at, id) AS place FROM exam "
        "WHERE voided_at IS NULL) AS placed WHERE place = 1)"
    )


def _imported() -> None:
    """What files said beyond the columns of an exam, and what their words mean here."""
    op.create_table(
        "imported_exam",
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(length=64), nullable=False),
        sa.Column("file_number", sa.String(length=40), nullable=False),
        sa.Column("patient_name", sa.String(length=80), nullable=False),
        sa.Column("id_number", sa.String(length=40), nullable=False),
        sa.Column("mrn", sa.String(length=40), nullable=False),
        sa.Column("operator_text", sa.String(length=80), nullable=False),
        sa.Column("fee", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_imported_exam_exam_id")),
        sa.PrimaryKeyConstraint("exam_id", name=op.f("pk_imported_exam")),
    )
    op.create_index("ix_imported_exam_row_key", "imported_exam", ["row_key"])
    op.create_index("ix_imported_exam_file_number", "imported_exam", ["file_number"])
    op.create_table(
        "import_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("word", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("made_at", tracker.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_import_mapping_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("kind", "word", name=op.f("uq_import_mapping_kind_word")),
    )


def _roll_ups() -> None:
    """The sums of each day with more keys and sums, and the coarser ones beside them, made anew from the exams."""
    day = sa.column("local_date", sa.Date())
    empty = sa.select(
        day, *(sa.column(f"{name}_id") for name in ("stream", "exam_type", "device", "operator"))
    )
    of_nothing = (
        op.get_bind()
        .execute(empty.select_from(sa.table("exam_volume")).where(sa.column("exams") == 0))
        .all()
    )
    op.drop_table("exam_volume")  # made anew below: it is the sum of exams
    dimensions = ("stream", "exam_type", "device", "operator")
    sums = (
        "exams",
        "live_exams",
        "visits",
        "parts",
        "minutes",
        "live_minutes",
        "points_hundredths",
    )
    ids = tuple(f"{name}_id" for name in dimensions)
    tables = {"staff_member" if name == "operator" else name: f"{name}_id" for name in dimensions}
    for name, first, foreign in (
        ("exam_volume", ("local_date",), tables),
        ("exam_volume_sum", ("grain", "first_date"), {}),
    ):
        op.create_table(
            name,
            *(
                sa.Column(
                    column, sa.Date() if column.endswith("date") else sa.Integer(), nullable=False
                )
                for column in (*first, *ids)
            ),
            sa.Column("part_of_day", sa.String(length=20), nullable=False),
            sa.Column("import_id", sa.Integer(), nullable=False),
            *(sa.Column(column, sa.Integer(), nullable=False) for column in sums),
            sa.CheckConstraint("exams >= 0", name=op.f(f"ck_{name}_exams")),
            *(
                sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{name}_{column}"))
                for table, column in foreign.items()
            ),
            sa.PrimaryKeyConstraint(
                *first, *ids, "part_of_day", "import_id", name=op.f(f"pk_{name}")
            ),
            sqlite_with_rowid=False,
        )
    keys = ", ".join((*ids, "part_of_day"))
    live = "CASE WHEN entered_later THEN 0 ELSE 1 END"
    op.execute(
        f"INSERT INTO exam_volume (local_date, {keys}, import_id, {', '.join(sums)}) "  # nosec  # names in the code
        f"SELECT local_date, {keys}, 0, count(*), sum({live}), sum(CASE WHEN opens_visit THEN 1 ELSE 0 END), "
        f"sum(parts), sum(minutes), sum(minutes * {live}), sum(points_hundredths) "
        f"FROM exam WHERE voided_at IS NULL GROUP BY local_date, {keys}"
    )
    table = sa.table("exam_volume", day, *map(sa.column, (*ids, "part_of_day", "import_id", *sums)))
    if of_nothing:  # where exams once stood and were voided, a row says so
        nothing = {"part_of_day": "other", "import_id": 0, **dict.fromkeys(sums, 0)}
        op.get_bind().execute(sa.insert(table), [{**row._mapping, **nothing} for row in of_nothing])
    columns, added = ", ".join(sums), ", ".join(f"sum({name})" for name in sums)
    month = "CAST(date_trunc('month', local_date) AS date)"
    if op.get_bind().dialect.name == "sqlite":
        month = "date(local_date, 'start of month')"
    for grain, period, kept in _GRAINS:
        chosen = ", ".join(f"{name}_id" if name in kept else "0" for name in dimensions)
        grouped = ", ".join(f"{name}_id" for name in kept)
        first_date = "local_date" if period == "day" else month
        op.execute(
            f"INSERT INTO exam_volume_sum (grain, first_date, {keys}, import_id, {columns}) "  # nosec  # names in the code
            f"SELECT {grain}, {first_date}, {chosen}, part_of_day, 0, {added} FROM exam_volume "
            f"WHERE exams > 0 GROUP BY {first_date}, {grouped}, part_of_day"
        )


def _fill_part_of_day() -> None:
    """Each exam's half-day, by the hospital's hours as they are today; in batches, for there may be years of them."""
    connection, zone = op.get_bind(), clock.hospital_zone()
    part = sa.table(
        "part_of_day",
        *(
            sa.column(n, t)
            for n, t in (("code", sa.String()), ("starts", sa.Time()), ("ends", sa.Time()))
        ),
    )
    exam = sa.table(
        "exam",
        sa.column("id", sa.Integer()),
        sa.column("started_at", tracker.db.UtcDateTime(timezone=True)),
        sa.column("part_of_day", sa.String()),
    )
    hours = connection.execute(sa.select(part)).all()
    setting = (
        sa.update(exam)
        .where(exam.c.id == sa.bindparam("exam"))
        .values(part_of_day=sa.bindparam("code"))
    )
    last = 0
    batch = sa.select(exam.c.id, exam.c.started_at).order_by(exam.c.id).limit(_BATCH)
    while rows := connection.execute(batch.where(exam.c.id > last)).all():
        starts = ((row.id, row.started_at.astimezone(zone).time()) for row in rows)
        found = [
            {"exam": exam_id, "code": half.code}
            for exam_id, start in starts
            for half in hours
            if half.starts <= start < half.ends
        ]
        if found:
            connection.execute(setting, found)
        last = rows[-1].id


def _points_by_date() -> None:
    """Weights and shares from a day on; who objects to the own figures."""
    op.create_table(
        "exam_type_points",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_type_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("points_hundredths", sa.Integer(), nullable=False),
        sa.Column("further_part_points_hundredths", sa.Integer(), nullable=False),
        sa.Column("made_at", tracker.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("points_hundredths >= 0", name=op.f("ck_exam_type_points_points")),
        sa.CheckConstraint(
            "further_part_points_hundredths >= 0",
            name=op.f("ck_exam_type_points_further_part_points"),
        ),
        sa.ForeignKeyConstraint(
            ["exam_type_id"], ["exam_type.id"], name=op.f("fk_exam_type_points_exam_type_id")
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.id"], name=op.f("fk_exam_type_points_stream_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_exam_type_points_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_type_points")),
    )
    for name, columns, which in (
        ("all", ["exam_type_id", "valid_from"], "stream_id IS NULL"),
        ("stream", ["exam_type_id", "stream_id", "valid_from"], "stream_id IS NOT NULL"),
    ):
        op.create_index(
            f"uq_exam_type_points_{name}",
            "exam_type_points",
            columns,
            unique=True,
            postgresql_where=sa.text(which),
            sqlite_where=sa.text(which),
        )
    op.create_table(
        "points_share",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("operator_permille", sa.Integer(), nullable=False),
        sa.Column("supervisor_permille", sa.Integer(), nullable=False),
        sa.Column("assistant_permille", sa.Integer(), nullable=False),
        sa.Column("made_at", tracker.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "operator_permille >= 0 AND supervisor_permille >= 0 AND assistant_permille >= 0",
            name=op.f("ck_points_share_shares"),
        ),
        sa.CheckConstraint(
            "operator_permille + supervisor_permille + assistant_permille = 1000",
            name=op.f("ck_points_share_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_points_share_made_by_id")
        ),
        sa.PrimaryKeyConstraint("valid_from", name=op.f("pk_points_share")),
    )


def _taking_part() -> None:
    """The few exams of many in which somebody supervised or assisted: points are shared in these alone."""
    which = "supervisor_id IS NOT NULL OR assistant_id IS NOT NULL"
    op.create_index(
        "ix_exam_taking_part",
        "exam",
        ["local_date"],
        postgresql_where=sa.text(which),
        sqlite_where=sa.text(which),
    )


def _objections() -> None:
    """What doctors say about their own figures, until the head decides."""
    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("staff_member_id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=True),
        sa.Column("patient_number", sa.String(length=40), nullable=False),
        sa.Column("exam_type_id", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("made_at", tracker.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("decided_at", tracker.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decision_reason", sa.String(length=400), nullable=False),
        sa.Column("made_exam_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('not_mine', 'missing')", name=op.f("ck_objection_kind")),
        sa.CheckConstraint(
            "(kind = 'not_mine') = (exam_id IS NOT NULL)", name=op.f("ck_objection_exam")
        ),
        sa.CheckConstraint(
            "decision IN ('', 'corrected', 'kept', 'entered', 'declined')",
            name=op.f("ck_objection_decision"),
        ),
        sa.CheckConstraint(
            "(decision = '') = (decided_at IS NULL)", name=op.f("ck_objection_decided")
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_objection_{column}"))
            for column, table in (
                ("staff_member_id", "staff_member"),
                ("exam_id", "exam"),
                ("exam_type_id", "exam_type"),
                ("device_id", "device"),
                ("made_by_id", "account"),
                ("decided_by_id", "account"),
                ("made_exam_id", "exam"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    op.create_index("ix_objection_staff_member", "objection", ["staff_member_id", "id"])
    for name, column, which, unique in (
        ("ix_objection_open", "id", "decided_at IS NULL", False),
        ("uq_objection_exam_open", "exam_id", "exam_id IS NOT NULL AND decided_at IS NULL", True),
    ):
        op.create_index(
            name,
            "objection",
            [column],
            unique=unique,
            postgresql_where=sa.text(which),
            sqlite_where=sa.text(which),
        )


def _closing() -> None:
    """Closed months with their figures, and exports that are waited for."""
    op.create_table(
        "closed_month",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed_at", tracker.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=False),
        sa.Column("reopened_at", tracker.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reopened_by_id", sa.Integer(), nullable=True),
        sa.Column("reopen_reason", sa.String(length=400), nullable=False),
        sa.CheckConstraint(
            "(reopened_at IS NULL) = (reopened_by_id IS NULL)",
            name=op.f("ck_closed_month_reopened"),
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["account.id"], name=op.f("fk_closed_month_closed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["reopened_by_id"], ["account.id"], name=op.f("fk_closed_month_reopened_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_month")),
    )
    op.create_index(
        "uq_closed_month_standing",
        "closed_month",
        ["month"],
        unique=True,
        postgresql_where=sa.text("reopened_at IS NULL"),
        sqlite_where=sa.text("reopened_at IS NULL"),
    )
    keys = {
        "closed_month_id": "closed_month",
        "stream_id": "stream",
        "exam_type_id": "exam_type",
        "device_id": "device",
        "operator_id": "staff_member",
    }
    sums = (
        "exams",
        "live_exams",
        "visits",
        "parts",
        "minutes",
        "live_minutes",
        "points_hundredths",
    )
    op.create_table(
        "closed_volume",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in (*keys, *sums)),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_closed_volume_{name}"))
            for name, table in keys.items()
        ),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_closed_volume")),
    )
    op.create_table(
        "export_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", tracker.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("started_at", tracker.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", tracker.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("incident", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'cancelled', 'failed')",
            name=op.f("ck_export_run_state"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["account.id"], name=op.f("fk_export_run_asked_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_run")),
    )
    op.create_index("ix_export_run_asked_by", "export_run", ["asked_by_id", "id"])


def _years() -> None:
    """What is usual on the days of a year, and how it was expected to end."""
    own = {
        "year_profile": (
            sa.Column("learnt_through", sa.Date(), nullable=False),
            sa.Column("history_days", sa.Integer(), nullable=False),
            sa.Column("factors", sa.JSON(), nullable=False),
        ),
        "year_forecast": (
            sa.Column("made_on", sa.Date(), nullable=False),
            sa.Column("expected", sa.Integer(), nullable=False),
            sa.Column("low", sa.Integer(), nullable=False),
            sa.Column("high", sa.Integer(), nullable=False),
            sa.Column("months", sa.JSON(), nullable=False),
            sa.Column("past_years", sa.Integer(), nullable=False),
            sa.Column("past_inside", sa.Integer(), nullable=False),
            sa.Column("past_error", sa.Double(), nullable=True),
            sa.Column("naive_error", sa.Double(), nullable=True),
            sa.CheckConstraint(
                "low <= expected AND expected <= high", name=op.f("ck_year_forecast_interval")
            ),
            sa.CheckConstraint(
                "past_inside BETWEEN 0 AND past_years", name=op.f("ck_year_forecast_past")
            ),
        ),
    }
    for table, columns in own.items():
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("year", sa.Integer(), nullable=False),
            sa.Column("stream_id", sa.Integer(), nullable=True),
            *columns,
            sa.ForeignKeyConstraint(
                ["stream_id"], ["stream.id"], name=op.f(f"fk_{table}_stream_id")
            ),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        )
        day = ["made_on"] if table == "year_forecast" else []
        for name, keys, which in (
            ("stream", ["year", "stream_id", *day], "stream_id IS NOT NULL"),
            ("all", ["year", *day], "stream_id IS NULL"),
        ):
            op.create_index(
                f"uq_{table}_{name}",
                table,
                keys,
                unique=True,
                postgresql_where=sa.text(which),
                sqlite_where=sa.text(which),
            )


def _yearly_check() -> None:
    """When a machine last passed its yearly check."""
    with op.batch_alter_table("device") as batch_op:
        batch_op.add_column(sa.Column("checked_on", sa.Date(), nullable=True))


def _morning_openings() -> None:
    """How far away the third next openings were, morning by morning."""
    op.create_table(
        "morning_opening",
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("exam_type_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.CheckConstraint("days >= 0", name=op.f("ck_morning_opening_days")),
        sa.ForeignKeyConstraint(
            ["exam_type_id"], ["exam_type.id"], name=op.f("fk_morning_opening_exam_type_id")
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.id"], name=op.f("fk_morning_opening_stream_id")
        ),
        sa.PrimaryKeyConstraint(
            "local_date", "exam_type_id", "stream_id", name=op.f("pk_morning_opening")
        ),
    )


def downgrade() -> None:
    """Going back is restoring the backup that was taken before the upgrade."""
    raise NotImplementedError("restore the backup that was taken before the upgrade")
