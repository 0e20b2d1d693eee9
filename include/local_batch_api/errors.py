"""How this API says no: OpenAI's error object and status for each refusal.

An ApiError answers one HTTP call. The same four members also stand in a batch's `errors.data` and in the
`response.body` of a line that failed, so the functions below are used there as well.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request


class ApiError(Exception):
    """A refusal with OpenAI's `message`, `type`, `param` and `code`, and the HTTP status it comes with."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(status, message, param, code, kind)
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.kind = kind

    def body(self) -> dict[str, Any]:
        """The JSON body of the HTTP answer."""
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}}


def missing(param: str, shown: str | None = None) -> ApiError:
    """A required parameter is absent; `shown` is its name in the message where that differs from `param`."""
    return ApiError(
        400, f"Missing required parameter: '{shown or param}'.", param=param, code="missing_required_parameter"
    )


def wrong_type(param: str, expected: str, value: object) -> ApiError:
    """A parameter has another JSON type than `expected` ('a string', 'an object')."""
    return ApiError(
        400,
        f"Invalid type for '{param}': expected {expected}, but got {_json_type(value)} instead.",
        param=param,
        code="invalid_type",
    )


def wrong_value(param: str, value: object, supported: Iterable[str]) -> ApiError:
    """A parameter is none of the `supported` values."""
    listed = ", ".join(f"'{one}'" for one in supported)
    return ApiError(
        400, f"Invalid value: '{value}'. Supported values are: {listed}.", param=param, code="invalid_value"
    )


def checked_integer(param: str, value: int, lowest: int, highest: int | None = None) -> int:
    """`value`, if it lies in its limits."""
    if value < lowest:
        side, limit, sign = "below minimum", lowest, ">="
    elif highest is not None and value > highest:
        side, limit, sign = "above maximum", highest, "<="
    else:
        return value
    raise ApiError(
        400,
        f"Invalid '{param}': integer {side} value. Expected a value {sign} {limit}, but got {value} instead.",
        param=param,
        code=f"integer_{side.replace(' ', '_')}_value",
    )


def check_local(request: Request, what: str) -> None:
    """Raises ApiError 403 where the call does not come from this machine."""
    if request.client is None or not ipaddress.ip_address(request.client.host).is_loopback:
        raise ApiError(403, f"{what} on this machine only.")


def _json_type(value: object) -> str:
    names = {bool: "a boolean", int: "an integer", float: "a decimal", str: "a string", list: "an array"}
    return "null" if value is None else names.get(type(value), "an object")
