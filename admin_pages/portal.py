"""Join the portal to the API."""

from fastapi import FastAPI
from fastapi.responses import FileResponse, RedirectResponse, Response

import admin_pages.kernel.compat  # noqa: F401  (before anything imports amis)
from admin_pages import pages  # noqa: F401  (they register themselves)
from admin_pages.kernel.assets import STATIC, OneFrame, PrecompressedFiles, SecurityHeaders
from admin_pages.kernel.site import site

PUBLIC_PAGES = frozenset({"index", "apply", "progress", "projects", "standards", "notices", "policies", "hotlines"})


def mount_portal(app: FastAPI) -> None:
    """Serve the portal under /admin, its sign-in page and the static files."""
    site.mount_beside(app)
    app.mount("/static", PrecompressedFiles(directory=STATIC))
    app.mount("/public", OneFrame(STATIC / "public", PUBLIC_PAGES))
    app.add_middleware(SecurityHeaders)

    @app.get("/", include_in_schema=False)
    async def home() -> Response:
        return RedirectResponse("/admin/")

    @app.get("/sign-in", include_in_schema=False)
    async def sign_in() -> Response:
        return FileResponse(STATIC / "sign-in.html", headers={"Cache-Control": "no-cache"})
