"""The public asks without limits here, save where a test is about limits."""

import pytest

from backend.disclosure import limits
from tests.cases.conftest import Walk, family, projects

__all__ = ["family", "projects"]


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    for limit in (limits.READING, limits.PROGRESS, limits.PROGRESS_NUMBER, limits.SENDING):
        limit.clear()


@pytest.fixture
async def noticed(sign_in, projects, family):
    """A case whose notice is on the board, with its family and the notice's id."""
    people = await family()
    walk = Walk(sign_in)
    case = await walk.apply("village109_helper", projects["town"], people)
    await walk.until("post")
    return walk, people, case
