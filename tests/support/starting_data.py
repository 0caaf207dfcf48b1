"""A database with the starting data and nothing else: no blocks, no patients, nobody who may sign in."""

from datetime import UTC, datetime

from tests.support.databases import SCHEMA, Template
from tracker.services.catalogue_install import install_catalogue

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
"""A Saturday afternoon in Shanghai; Monday the 23rd is the first day that is worked."""

SYSTEM = 1

CATALOGUE = Template("catalogue", lambda: install_catalogue(by=SYSTEM, now=NOW), base=SCHEMA)
