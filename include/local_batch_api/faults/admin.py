"""GET, PUT, POST, DELETE /local/faults: the rules, changed while the server runs, from this machine only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from local_batch_api.errors import ApiError, check_local
from local_batch_api.faults.catalogue import KINDS
from local_batch_api.faults.rules import FaultRuleError, Faults, read_rules

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


class FaultAdmin:
    """The handler over the rules in force."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    async def handle(self, request: Request) -> Response:
        """PUT takes the rules in place of all, POST adds them, DELETE ends all; each answers with the list."""
        check_local(request, "Faults are shown and set")
        if request.method == "DELETE":
            self._faults.replace([])
        elif request.method in ("PUT", "POST"):
            try:
                rules = read_rules(json.loads(await request.body()))
            except FaultRuleError as error:
                raise ApiError(400, str(error)) from None
            except ValueError:
                raise ApiError(400, "We could not parse the JSON body of your request.") from None
            if request.method == "PUT":
                self._faults.replace(rules)
            else:
                self._faults.add(rules)
        return JSONResponse(self._wire())

    def _wire(self) -> dict[str, Any]:
        catalogue = [
            {
                "name": name,
                "place": kind.place,
                "description": kind.description,
                "parameters": dict(kind.parameters),
                "route": kind.route,
            }
            for name, kind in KINDS.items()
        ]
        return {"object": "list", "data": self._faults.wire(), "catalogue": catalogue}
