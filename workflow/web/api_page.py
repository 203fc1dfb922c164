"""What programs can ask for: the description of the API, for programs and for people."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi

from workflow.web import api_sent, problems
from workflow.web.people import Person, sees
from workflow.web.showing import page
from workflow.web.site import site_of

router = APIRouter(include_in_schema=False)

ABOUT = (
    "Cases, what may be done in them, and doing it: the same law file decides as on the pages, and the same"
    " roles see the same. Send a token from My account with every request: Authorization: Bearer assent_..."
    " What is done needs the number of the last event you saw and a key of your choice, so that nothing is"
    " done twice or on what has changed meanwhile."
)
#: What the addresses that programs may ask begin with, and where they are described.
PREFIX = "/api"
OPENAPI = f"{PREFIX}/openapi.json"


@router.get("/api", name="api")
def show(request: Request, person: Person = sees("account")) -> Response:
    """All operations, for people."""
    told = described(request.app)
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    ]
    base = site_of(request).house.settings.installation.base_url
    return page(request, "api.html", operations=operations, meanings=problems.MEANINGS, base=base)


def described(app: FastAPI) -> dict[str, Any]:
    """The description of the API, made once."""
    if app.openapi_schema is None:
        told = get_openapi(title="Assent", version="1", description=ABOUT, routes=app.routes)
        schemas = told.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = problems.SCHEMA
        for model in api_sent.MODELS:
            schemas[model.__name__] = model.model_json_schema()
        told["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        told["security"] = [{"token": []}]
        app.openapi_schema = told
    return app.openapi_schema
