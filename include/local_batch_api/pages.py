"""How a list is cut into pages: OpenAI's `limit`, `after`, `has_more`, `first_id`, `last_id`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_batch_api.errors import ApiError, checked_integer, wrong_type, wrong_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_batch_api.database import Database


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of a list are asked for; `after` is the id of the last row already seen."""

    limit: int
    after: str | None = None
    order: str = "desc"

    def select(self, database: Database, table: str, where: str, values: list[object]) -> tuple[list[Any], bool]:
        """The page's rows of `table` in the order of their creation, and whether more follow."""
        if self.after is not None:
            found = database.rows(f"SELECT seq FROM {table} WHERE id = ? AND {where}", [self.after, *values])
            if not found:
                raise ApiError(400, f"No object with id '{self.after}' to list after.", param="after")
            where, values = f"{where} AND seq {'<' if self.order == 'desc' else '>'} ?", [*values, found[0]["seq"]]
        query = f"SELECT * FROM {table} WHERE {where} ORDER BY seq {self.order} LIMIT ?"
        rows = database.rows(query, [*values, self.limit + 1])
        return rows[: self.limit], len(rows) > self.limit


def read_page(query: Mapping[str, str], *, default: int, highest: int) -> Page:
    """The page which the query parameters ask for. Raises ApiError where one of them is wrong."""
    order = query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise wrong_value("order", order, ("asc", "desc"))
    return Page(read_limit(query, default=default, highest=highest), query.get("after"), order)


def read_limit(query: Mapping[str, str], *, default: int, highest: int) -> int:
    """The query parameter `limit`. Raises ApiError where it is not an integer from 1 to `highest`."""
    text = query.get("limit", str(default))
    try:
        limit = int(text)
    except ValueError:
        raise wrong_type("limit", "an integer", text) from None
    return checked_integer("limit", limit, 1, highest)


def list_object(items: list[dict[str, Any]], has_more: bool) -> dict[str, Any]:
    """OpenAI's list object around the page's objects."""
    return {
        "object": "list",
        "data": items,
        "first_id": items[0]["id"] if items else None,
        "last_id": items[-1]["id"] if items else None,
        "has_more": has_more,
    }
