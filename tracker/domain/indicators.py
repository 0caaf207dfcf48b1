"""The national quality indicators for ultrasound (set of 2022): what each is, and what it needs. No figures.

Source: National Health Commission, quality control indicators for ultrasound medicine, 2022. Where this software
does not hold what an indicator needs, it says what is missing; a share of nothing is no 0 %.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.domain.errors import N_

INPATIENT_HOURS = 48
MONTHS = 12
CHECK_DAYS = 365
TERTIARY_MEDIAN, TERTIARY_QUARTILES = 795.75, (552, 972)
"""Monthly reports per doctor in tertiary hospitals: the median and the quartiles that were published."""


@dataclass(frozen=True, slots=True)
class IndicatorTerms:
    """An indicator in words: what is divided by what. `missing` is what this software does not hold, if so."""

    name: str
    numerator: str
    denominator: str
    missing: str = ""


REPORTS, CHECKED, INPATIENT = "reports_per_doctor", "checked_machines", "inpatient_48h"
INDICATORS: Mapping[str, IndicatorTerms] = {
    REPORTS: IndicatorTerms(
        N_("Monthly reports per doctor"),
        N_("report sheets of the months that are over"),
        N_("doctors × months"),
    ),
    CHECKED: IndicatorTerms(
        N_("Machines that passed the yearly check"),
        N_("machines in service that passed within 365 days"),
        N_("machines in service"),
    ),
    INPATIENT: IndicatorTerms(
        N_("Inpatient requests examined within 48 hours"),
        N_("exams that ended at most 48 hours after their booking was made"),
        N_("exams of inpatients with a booking, clicked live"),
    ),
    "critical_values": IndicatorTerms(
        N_("Critical values told within 10 minutes"),
        N_("critical values told within 10 minutes"),
        N_("all critical values"),
        N_("Findings and when they were told stand in the reports; neither is recorded here."),
    ),
    "positive_outpatient": IndicatorTerms(
        N_("Positive rate of outpatients and emergencies"),
        N_("exams of outpatients and emergencies with a finding"),
        N_("all exams of outpatients and emergencies"),
        N_("Whether an exam found something stands in its report; it is not recorded here."),
    ),
    "positive_inpatient": IndicatorTerms(
        N_("Positive rate of inpatients"),
        N_("exams of inpatients with a finding"),
        N_("all exams of inpatients"),
        N_("Whether an exam found something stands in its report; it is not recorded here."),
    ),
    "bi_rads": IndicatorTerms(
        N_("Breast-lesion reports with a BI-RADS class"),
        N_("reports on breast lesions that give a BI-RADS class"),
        N_("all reports on breast lesions"),
        N_("The text of reports is not kept here, nor which of them describe a breast lesion."),
    ),
    "sampled_reports": IndicatorTerms(
        N_("Sampled reports that meet the writing rules"),
        N_("sampled reports that meet the writing rules"),
        N_("all sampled reports"),
        N_("Reports are neither kept nor sampled here."),
    ),
}
"""By code, in the order of the set."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of a year: numerator ÷ denominator, or why it has none (`missing`, with its values)."""

    code: str
    numerator: int | None = None
    denominator: int | None = None
    missing: str = ""

    @property
    def terms(self) -> IndicatorTerms:
        """What it is."""
        return INDICATORS[self.code]

    @property
    def value(self) -> float | None:
        """None where data is missing, or there is nothing to divide by."""
        if self.missing or self.numerator is None or not self.denominator:
            return None
        return self.numerator / self.denominator
