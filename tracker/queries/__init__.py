"""Reads: a select goes in, rows or domain values come out; nothing here writes.

Web and api, which never import db, open their reads with the `read_session()` of this package.
"""

from sqlalchemy.exc import DataError as UnfitValueError
from sqlalchemy.exc import OperationalError as DatabaseAwayError
from sqlalchemy.orm import Session as Reading

from tracker.db import read_session

__all__ = ["DatabaseAwayError", "Reading", "UnfitValueError", "read_session"]
