"""The rules alone: no application, no database."""
