"""The optimiser: domain values in, domain values out; it knows no database."""
