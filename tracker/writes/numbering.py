"""Going on with ids after rows were written under ids of their own: trial data, the system account, a restore."""

from sqlalchemy import Connection, FromClause, func, select, text


def continue_numbering(connection: Connection, table: FromClause) -> None:
    """Let the next `id` of a table be the one after the highest; SQLite does so by itself.

    A table whose ids are not counted by the database is left alone.
    """
    if connection.dialect.name != "postgresql" or "id" not in table.c:
        return
    highest = connection.scalar(select(func.max(table.c.id)))
    sequence = func.pg_get_serial_sequence(table.description, "id")
    if connection.scalar(select(sequence)) is not None:
        connection.execute(select(func.setval(sequence, (highest or 0) + 1, text("false"))))
