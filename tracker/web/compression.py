"""Pages and JSON travel compressed; the built front end is compressed already (see assets)."""

from flask import Flask
from flask_compress import Compress

SMALLEST_BYTES = 2_000  # below, a packet is a packet


def register_compression(app: Flask) -> None:
    """Compress what a browser or program accepts; a full schedule shrinks to a tenth."""
    app.config.setdefault("COMPRESS_ALGORITHM", ["br", "gzip"])
    app.config.setdefault("COMPRESS_MIMETYPES", ["text/html", "application/json"])
    app.config.setdefault("COMPRESS_MIN_SIZE", SMALLEST_BYTES)
    app.config.setdefault("COMPRESS_LEVEL", 4)
    app.config.setdefault("COMPRESS_BR_LEVEL", 3)
    app.config.setdefault("COMPRESS_STREAMS", False)
    Compress(app)
