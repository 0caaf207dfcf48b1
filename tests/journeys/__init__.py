"""A day's work of each role, through a real browser; what a single page must do is tested in tests/web."""
