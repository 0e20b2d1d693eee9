"""The kill points of the runs under faults name functions of the product that exist."""

from __future__ import annotations

import functools
import importlib

import pytest
from faults.airflow.kill_points import POINTS, TRIGGERS

FUNCTIONS = sorted({*(point.function for point in POINTS.values()), *TRIGGERS})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_kill_point_names_a_function(function: str) -> None:
    module, _, path = function.partition(":")
    assert callable(functools.reduce(getattr, path.split("."), importlib.import_module(module)))
