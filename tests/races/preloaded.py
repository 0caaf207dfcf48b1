"""Imported once, in the process from which all callers are forked: making an application imports the rest."""

from tests.support.databases import make_app

make_app("sqlite:///never-opened")
