"""Why a report is not given."""

from backend.kernel.errors import DomainError, NotFound


class NoSuchReport(NotFound):
    """The code names no report."""

    message = "没有编号为“{code}”的报表，请从报表目录中选择"


class PlaceOutOfReach(DomainError):
    """The place lies outside the reader's area."""

    status_code = 404
    message = "没有这个区划，或不在您的管辖范围内"
