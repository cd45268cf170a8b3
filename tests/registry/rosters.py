"""Rosters for tests, written as a clerk's spreadsheet would be."""

import io

import xlsxwriter

from backend.kernel.jobs import Job, Running
from backend.registry.importing.columns import COLUMNS
from backend.registry.tasks import import_roster

HEADINGS = {column.field: column.heading for column in COLUMNS}


def workbook(rows, headings=HEADINGS, sheet="名册"):
    """Rows are dicts by field; money stays a number, everything else is text."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet(sheet)
    names = list(headings)
    for place, name in enumerate(names):
        page.write(0, place, headings[name])
    for line, row in enumerate(rows, 1):
        for place, name in enumerate(names):
            if row.get(name) is not None:
                page.write(line, place, row[name])
    book.close()
    return out.getvalue()


async def upload(client, content, name="名册.xlsx", **form):
    return await client.post(
        "/api/v1/households/imports", files={"file": (name, content)}, data={k: str(v) for k, v in form.items()}
    )


async def run(job_id):
    """Do the work of a queued job, as the worker would."""
    from tests.conftest import committed

    async with committed() as session:
        job = await session.get_one(Job, job_id)
    return await import_roster(Running(job.id, job.kind, job.payload, job.user_id))


async def imported(client, content, **form):
    """Upload, work, and return the state."""
    answer = await upload(client, content, **form)
    assert answer.status_code == 202, answer.text
    await run(answer.json()["job_id"])
    return (await client.get(f"/api/v1/imports/{answer.json()['id']}")).json()
