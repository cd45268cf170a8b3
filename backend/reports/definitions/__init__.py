"""The reports of the county (DOMAIN §9.1), each over its own base rows."""

from backend.reports.definition import Report
from backend.reports.definitions.benefits import R01, R02
from backend.reports.definitions.handling import R03, R06, R12
from backend.reports.definitions.leads import R13
from backend.reports.definitions.money import R07, R08, R09, R10
from backend.reports.definitions.notices import R11
from backend.reports.definitions.population import R04, R05
from backend.reports.definitions.quality import QUALITY

_ALL = (R01, R02, R03, R04, R05, R06, R07, R08, R09, R10, R11, R12, R13, QUALITY)
REPORTS: dict[str, Report] = {report.code: report for report in _ALL}
