"""The rows that a plan's ids stand for, read once for a page. What is made of them: plan_grid, plan_rules, plan_diff."""

from dataclasses import dataclass

from tracker.queries import Reading
from tracker.queries.devices import DeviceRow, devices
from tracker.queries.exam_types import ExamTypeRow, exam_types
from tracker.queries.streams import PartOfDayRow, StreamRow, parts_of_day, streams
from tracker.web.plan_rules import RuleTeller


@dataclass(frozen=True, slots=True)
class PlanWords:
    """Machines and exam types in service, streams, and the parts of the day."""

    devices: tuple[DeviceRow, ...]
    exam_types: tuple[ExamTypeRow, ...]
    streams: tuple[StreamRow, ...]
    parts: tuple[PartOfDayRow, ...]

    def teller(self) -> RuleTeller:
        """Who tells broken rules in these words."""
        codes = {each.id: each.code for each in self.devices}
        return RuleTeller(codes, self.parts, self.exam_types)


def plan_words(reading: Reading) -> PlanWords:
    """Devices and exam types in service, streams and parts of the day. Six statements."""
    return PlanWords(devices(reading), exam_types(reading), streams(reading), parts_of_day(reading))
