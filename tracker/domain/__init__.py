"""The rules of the department in plain Python: frozen values and functions. No database, no clock, no Flask."""
