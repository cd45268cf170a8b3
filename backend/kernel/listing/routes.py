"""Give a resource its list, its picker and its export, all over the same scope."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import ValidationError
from starlette.background import BackgroundTask
from starlette.datastructures import QueryParams

from backend.kernel.clocks import CHINA
from backend.kernel.i18n import say
from backend.kernel.listing import export, reading
from backend.kernel.listing.definition import Listing
from backend.kernel.listing.names import PICKERS
from backend.kernel.listing.query import ExportFormat, ListQuery, Options, Page
from backend.kernel.routes import needs
from backend.kernel.sign_in import ActorDep, current_actor


def to_json(value: Any) -> bytes:
    """Serialise an answer; Decimal becomes a string, never a float."""
    return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z)


def listing_routes(
    router: APIRouter, listing: Listing, query_model: type[ListQuery] = ListQuery, *, exported: bool = True
) -> None:
    """Register GET "", GET /options and (unless `exported` is false) GET /export; call before routes with an id."""

    async def list_rows(actor: ActorDep, query: Annotated[ListQuery, Query()]) -> Response:
        return Response(to_json(await reading.read_page(listing, actor, query)), media_type="application/json")

    async def answer(request: Request) -> Response:
        return await list_rows(await current_actor(request), read_query(query_model, request.query_params))

    async def list_options(
        actor: ActorDep,
        term: Annotated[str | None, Query(title="搜索", max_length=50)] = None,
        value: Annotated[str | None, Query(title="已选", max_length=4000)] = None,
    ) -> Response:
        return Response(
            to_json({"options": await reading.read_options(listing, actor, term, value)}), media_type="application/json"
        )

    # The query model differs by resource; FastAPI reads it from the annotation.
    list_rows.__annotations__["query"] = Annotated[query_model, Query()]
    # The framework's way from parameters to a model costs more than the query in the database.
    list_rows.answer = answer  # type: ignore[attr-defined]
    router.add_api_route(
        "",
        list_rows,
        response_model=Page[listing.row_model],  # type: ignore[name-defined]
        description=f"{listing.title}列表",
        name=f"list_{listing.name}",
        **needs(listing.permission),
    )
    router.add_api_route(
        "/options",
        list_options,
        response_model=Options,
        description=f"{listing.title}选项",
        name=f"options_{listing.name}",
        **needs(listing.permission),
    )
    PICKERS[f"/api/v1{router.prefix}/options"] = listing
    if exported:
        _export_route(router, listing, query_model)


def read_query(model: type[ListQuery], given: QueryParams) -> ListQuery:
    """Read the parameters as FastAPI would: the last of several counts, an empty one is a faulty one."""
    try:
        return model.model_validate(dict(given))
    except ValidationError as fault:
        errors = [{**error, "loc": ("query", *error["loc"])} for error in fault.errors(include_url=False)]
        raise RequestValidationError(errors) from None


def _export_route(router: APIRouter, listing: Listing, query_model: type[ListQuery]) -> None:
    async def export_rows(
        request: Request,
        actor: ActorDep,
        query: Annotated[ListQuery, Query()],
        format: Annotated[ExportFormat, Query(title="格式")] = "xlsx",  # noqa: A002
    ) -> Response:
        await announce_export(request, listing, query)
        rows = reading.read_all(listing, actor, query)
        name = f"{say(listing.title)}-{datetime.now(CHINA):%Y%m%d-%H%M}.{format}"
        headers = {"Content-Disposition": f"attachment; filename=\"export.{format}\"; filename*=UTF-8''{quote(name)}"}
        if format == "csv":
            stream = await _begun(export.csv_stream(listing.row_model, rows))
            return StreamingResponse(stream, media_type="text/csv; charset=utf-8", headers=headers)
        path = await export.workbook(listing.row_model, listing.title, rows)
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return FileResponse(path, media_type=media, headers=headers, background=BackgroundTask(Path.unlink, path))

    export_rows.__annotations__["query"] = Annotated[query_model, Query()]
    router.add_api_route(
        "/export",
        export_rows,
        response_class=Response,
        description=f"导出{listing.title}",
        name=f"export_{listing.name}",
        **needs(listing.export_permission or listing.permission),
    )


async def _begun(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Read the first piece before answering, so that a refusal is an error and not a broken file."""
    first = await anext(stream)
    second = await anext(stream, b"")

    async def whole() -> AsyncIterator[bytes]:
        yield first
        yield second
        async for piece in stream:
            yield piece

    return whole()


async def announce_export(request: Request, listing: Listing, query: ListQuery) -> None:
    """Tell the audit that rows leave the system, if it has been installed."""
    for witness in witnesses:
        await witness(request, listing.name, query.model_dump(exclude_none=True))


witnesses: list[Any] = []
