"""Ask the API in the name of the person whose page is being drawn, inside the process."""

from typing import Any

import httpx
from starlette.requests import Request

FORWARDED = ("cookie", "authorization", "accept-language", "x-csrf-token")


class ApiRefusal(Exception):
    """The API refused; the page passes its problem document on."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status, self.problem = status, problem
        super().__init__(problem.get("detail", ""))


async def ask(request: Request, app: Any, path: str, body: Any = None) -> Any:
    """GET a path of the API, or POST a body to it; raise ApiRefusal with its problem document."""
    headers = {name: request.headers[name] for name in FORWARDED if name in request.headers}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.internal", headers=headers) as client:
        answer = await (client.get(path) if body is None else client.post(path, json=body))
    if answer.status_code >= httpx.codes.BAD_REQUEST:
        raise ApiRefusal(answer.status_code, answer.json())
    return answer.json()
