"""Measures speed beside a baseline in the same run and prints tables; nothing here is a test."""
