"""The staff site: menu and pages as JSON, one static shell, nothing else."""

import hashlib
from functools import cache
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi_amis_admin.admin import AdminSite, Settings
from fastapi_amis_admin.admin.site import APIDocsApp, FileAdmin, HomeAdmin
from fastapi_amis_admin.amis import components as amis
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy_database import AsyncDatabase

from admin_pages.kernel.assets import STATIC
from admin_pages.kernel.openapi import ApiDocument
from admin_pages.kernel.pages import StaffPage
from backend.api import answer_domain_error
from backend.kernel.errors import DomainError, NotSignedIn
from backend.kernel.i18n import language_of_request, speak
from backend.kernel.sign_in import current_actor

GROUPS = (
    ("工作台", "fa fa-home"),
    ("案件办理", "fa fa-folder-open"),
    ("对象库", "fa fa-users"),
    ("政策与项目", "fa fa-book"),
    ("精准匹配", "fa fa-crosshairs"),
    ("资金", "fa fa-cny"),
    ("公开与报表", "fa fa-bar-chart"),
    ("系统管理", "fa fa-cog"),
)


@cache
def shell() -> str:
    """Return the one HTML page, with the version of the assets in every address."""
    manifest = STATIC / "vendor" / "manifest.json"
    parts = [path.read_bytes() for path in sorted(STATIC.glob("*.*"))]
    parts += [manifest.read_bytes()] if manifest.exists() else []
    version = hashlib.sha256(b"".join(parts)).hexdigest()[:12]
    return (STATIC / "index.html").read_text("utf-8").replace("VERSION", version)


class StaffSite(AdminSite):
    """Stock AdminSite minus what a public-money system cannot have."""

    document: ApiDocument
    application: FastAPI

    def __init__(self) -> None:
        settings = Settings(site_title="e家大救助", site_icon="/static/icon.svg", site_path="/admin")
        # The toolkit wants an engine; the portal asks the API and never opens this one.
        unused = create_async_engine("postgresql+asyncpg://nowhere.invalid/none")
        super().__init__(settings, engine=AsyncDatabase(unused, commit_on_exit=False))
        # FileAdmin accepts any file from anyone; HomeAdmin tells anyone our versions.
        self.unregister_admin(FileAdmin, HomeAdmin, APIDocsApp)
        self.fastapi.add_exception_handler(DomainError, answer_domain_error)

    async def has_page_permission(self, request: Request, *_: Any, **__: Any) -> bool:
        """Let signed-in staff in; pages then say who may."""
        if request.method == "GET":
            return True
        try:
            await current_actor(request)
        except NotSignedIn:
            return False
        return True

    def error_no_page_permission(self, request: Request) -> None:
        """Answer in words; stock amis names a route we do not have."""
        del request
        raise NotSignedIn

    async def get_page(self, request: Request) -> amis.App:
        """Return the menu of this person: groups of pages they may open."""
        if request.method == "GET":
            return amis.App()
        actor = await current_actor(request)
        children = []
        for title, icon in GROUPS:
            pages = [p for p in self.pages() if p.group == title and await p.has_page_permission(request)]
            # Without any right there is nothing to do but to put one's account in order.
            pages = pages if actor.rights else [p for p in pages if p.own_account]
            entries = [p.page_schema for p in sorted(pages, key=lambda p: p.page_schema.sort or 0, reverse=True)]
            if entries:
                children.append(amis.PageSchema(label=title, icon=icon, children=entries))
        return amis.App(brandName="e家大救助", logo="/static/icon.svg", pages=[{"children": children}])

    def pages(self) -> list[StaffPage]:
        """Return every page of the portal."""
        return [page for page in self._registered.values() if isinstance(page, StaffPage)]

    async def page_parser(self, request: Request, page: amis.App) -> Response:
        """GET is the static shell, POST the menu as JSON."""
        if request.method == "GET":
            return HTMLResponse(shell(), headers={"Cache-Control": "no-cache"})
        return JSONResponse(speak(page.amis_dict(), language_of_request.get()))

    def mount_beside(self, api: FastAPI) -> None:
        """Mount under the API whose document the pages read; no database middleware."""
        self.document, self.application = ApiDocument(api), api
        self.mount_app(api, enable_db_middleware=False)


site = StaffSite()
