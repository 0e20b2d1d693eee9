from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from batch_translate.steps.collector import collector_paused

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=[True, False], ids=["enabled", "disabled"])
def enabled(request: pytest.FixtureRequest) -> Iterator[bool]:
    was = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if was else gc.disable)()


def test_the_collector_is_afterwards_as_it_was_before(enabled: bool) -> None:
    @collector_paused()
    def step() -> None:
        assert not gc.isenabled()
        raise KeyError

    with pytest.raises(KeyError):
        step()
    assert gc.isenabled() == enabled
