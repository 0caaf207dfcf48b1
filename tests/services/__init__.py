"""Use cases, on both engines."""
