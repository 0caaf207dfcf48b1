"""The application factory, alone: every import is inside it, so that tracker.domain loads without Flask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask


def create_app(config: Mapping[str, Any]) -> Flask:
    """Build the application from a mapping of settings (see config.py for each setting)."""
    from pathlib import Path

    from flask import Flask
    from flask_migrate import Migrate

    import tracker.models  # noqa: F401 - fills the metadata
    from tracker import clock
    from tracker.db import db, prepare_engine

    root = Path(__file__).resolve().parent.parent
    app = Flask(
        "tracker",
        template_folder=str(root / "templates"),
        static_folder=None,
        instance_path=str(config.get("INSTANCE_DIR") or root / "instance"),
    )
    app.config.from_mapping(config)
    clock.set_hospital_zone(config.get("HOSPITAL_TIMEZONE") or "Asia/Shanghai")
    db.init_app(app)
    Migrate(app, db, directory=str(root / "migrations"), render_as_batch=True, compare_type=True)
    with app.app_context():
        prepare_engine(db.engine)
    from tracker.api import register_api
    from tracker.web import register_web

    register_web(app)
    register_api(app)
    return app
