"""Whether this server can work: for load balancers and watchers, without sign-in and without a secret.

`assent doctor` and the page System say of the same things what was found and what to do about it.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from workflow import check
from workflow.web.site import site_of

router = APIRouter()

#: What was found -> what is said of it; the worst decides about the whole.
_STATES = {"good": "good", "warning": "look", "fault": "fault"}


@router.api_route("/health", methods=["GET", "HEAD"], name="health")
def show(request: Request) -> Response:
    """200 while this server can work, though something may need a look; 503 while it cannot."""
    site = site_of(request)
    found = check.running(site.house.settings, site.engine, site.now())
    states = {each.subject: _STATES[each.weight] for each in found}
    worst = max(states.values(), key=list(_STATES.values()).index)
    return JSONResponse({"status": worst, "checks": states}, status_code=503 if worst == "fault" else 200)
