"""The reports of the county (DOMAIN §9.1), each over its own base rows."""

from backend.reports.definition import Report
from backend.reports.definitions.benefits import R01, R02
from backend.reports.definitions.handling import R03, R06, R12
from backend.reports.definitions.leads import R13
from backend.reports.definitions.money import R07, R09, R10

REPORTS: dict[str, Report] = {report.code: report for report in (R01, R02, R03, R06, R07, R09, R10, R12, R13)}
