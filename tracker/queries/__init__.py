"""Reads: a select goes in, rows or domain values come out; nothing here writes."""
