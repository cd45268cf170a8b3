"""Pages whose content is drawn from an answer of the API at the moment it is opened."""

from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from admin_pages.kernel.client import ApiRefusal, ask
from admin_pages.kernel.pages import StaffPage
from backend.kernel.actor import Actor
from backend.kernel.i18n import language_of_request, speak

Json = dict[str, Any]


class DrawnPage(StaffPage):
    """`content` asks the API and returns the page; a refusal of the API is passed on in its own words."""

    address: ClassVar[str] = ""

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return a part that draws itself anew each time."""
        del actor, phone
        api = f"post:/admin/page/{type(self).__name__}/content{self.address}"
        waiting = {"type": "tpl", "tpl": "正在载入…", "className": "text-muted"}
        return {"type": "service", "name": "drawn", "schemaApi": api, "body": waiting}

    def register_router(self) -> "DrawnPage":
        """Add the route of the content."""
        super().register_router()
        path = f"{self.page_path}/content"
        self.router.add_api_route(path, self.draw, methods=["POST"], include_in_schema=False, response_class=Response)
        return self

    async def draw(self, request: Request) -> Response:
        """Draw the content in the reader's language."""
        try:
            content = await self.content(request)
        except ApiRefusal as refusal:
            return JSONResponse(refusal.problem, refusal.status, media_type="application/problem+json")
        page = {"type": "wrapper", "size": "none", "body": content}
        return JSONResponse(speak(page, language_of_request.get()))

    async def content(self, request: Request) -> Any:
        """Return the content."""
        raise NotImplementedError

    async def ask(self, request: Request, path: str) -> Any:
        """Ask the API in the reader's name."""
        return await ask(request, self.site.application, path)
