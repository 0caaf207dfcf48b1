"""Reads, on both engines."""
