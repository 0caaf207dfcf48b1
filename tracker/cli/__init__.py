"""Commands of run.py: each parses, calls one service or driver and prints."""
