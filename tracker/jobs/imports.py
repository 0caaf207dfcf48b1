"""Reading files of exams and bringing them in for the pages that asked, one after another, beside the other jobs."""

from collections.abc import Callable
from pathlib import Path

from flask import current_app

from tracker import clock
from tracker.db import read_session
from tracker.domain.errors import N_, DomainError
from tracker.drivers.import_files import forget_files, upload_path
from tracker.drivers.import_preview import decisions_of, preview
from tracker.drivers.importing import Bringing, bring_in, clear
from tracker.logs import log, report_incident
from tracker.queries.imports import imports_to_clear, is_import_waiting, one_import
from tracker.services.import_requests import READING, claim_import
from tracker.services.importing import fail_import

WENT_WRONG = N_("The file could not be read: a mistake in the software, incident %(incident)s.")
GONE = N_("The file is not there any more. Choose it again.")

IsEnding = Callable[[], bool]


def do_those_asked_for(is_ending: IsEnding = lambda: False) -> int:
    """Do everything that waits, and clear away what was given up; returns how many were done."""
    with read_session() as session:
        waiting, left = is_import_waiting(session), imports_to_clear(session)
    done = 0
    while waiting and not is_ending() and (claimed := claim_import()) is not None:
        _do(*claimed, is_ending)
        done += 1
    for import_id in left:
        clear(import_id)
    return done


def _do(import_id: int, what: str, is_ending: IsEnding) -> None:
    try:
        (_read if what == READING else _bring)(import_id, is_ending)
        log().info("import done", number=import_id, step=what)
    except DomainError as refusal:
        told = {"text": refusal.text, "params": dict(refusal.params), "field": refusal.field}
        fail_import(import_id, told | dict(refusal.details))
    except FileNotFoundError:
        fail_import(import_id, {"text": GONE, "params": {}})
    except Exception as error:  # noqa: BLE001 - whoever waits for it is told, and the next one is done
        incident = report_incident(error)
        log().error("import failed", number=import_id, incident=incident)
        fail_import(import_id, {"text": WENT_WRONG, "params": {"incident": incident}})


def _folder() -> Path:
    return Path(current_app.config["INSTANCE_DIR"])


def _read(import_id: int, is_ending: IsEnding) -> None:
    with read_session() as session:
        sheet = one_import(session, import_id).sheet
    zone, now = clock.hospital_zone(), clock.now()
    preview(import_id, _folder(), sheet=sheet, zone=zone, now=now, is_ending=is_ending)


def _bring(import_id: int, is_ending: IsEnding) -> None:
    with read_session() as session:
        row = one_import(session, import_id)
    how = Bringing(
        zone=clock.hospital_zone(),
        clock=clock.now,
        by=row.by_id,
        sheet=row.sheet,
        decisions=decisions_of(row.decisions),
        reason=row.reason,
        is_ending=is_ending,
    )
    bring_in(lambda: import_id, upload_path(_folder(), import_id), how)
    forget_files(_folder(), import_id, refused_too=False)
