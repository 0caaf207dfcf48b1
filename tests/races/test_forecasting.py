"""The nightly forecast and the head's button at the same moment: one forecast stands, and it is whole."""

from tests.races.conftest import Race
from tests.support.department import account_id, at
from tests.support.soundness import count, tables
from tracker.services.forecasting import forecast_demand


def test_forecasts_at_once_leave_one_that_is_whole(race: Race, app_context: None) -> None:
    answers = race([("forecast", (account_id("head"), at(7)))] * 6)
    assert {answer.split()[0] for answer in answers} == {"ok"}
    assert count("audit_entry", "action = 'forecast'") == 1  # the others found nothing to change
    stands = tables()["demand_forecast"]
    forecast_demand(by=account_id("head"), now=at(7))
    assert tables()["demand_forecast"] == stands
