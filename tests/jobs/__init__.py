"""Tests of what runs beside the web server."""
