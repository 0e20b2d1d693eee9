from __future__ import annotations

import pytest

from batch_translate.config import Settings
from batch_translate.steps.plan import document_settings, matches


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("a.md", "**", True),
        ("news/a.md", "*.md", True),
        ("news/a.md", "news/*.md", True),
        ("news/old/a.md", "news/*.md", False),
        ("news/old/a.md", "news/**/*.md", True),
        ("news/a.md", "news/**/*.md", True),
        ("news/a.md", "news/**", True),
        ("drafts.md", "drafts/**", False),
        ("お知らせ/1 件.md", "お知らせ/*.md", True),
        ("a.MD", "*.md", False),
        ("a[1].md", "a[[]1].md", True),
    ],
)
def test_glob(path: str, pattern: str, expected: bool) -> None:
    assert matches(path, pattern) is expected


def test_first_rule_that_matches_decides_and_leaves_the_rest_at_its_default() -> None:
    settings = Settings.model_validate(
        {
            "source_lang": "de",
            "documents": [
                {"files": "products*.csv", "columns": ["name"], "mode": "replace"},
                {"files": "*.csv", "id_columns": ["sku"]},
            ],
        }
    )
    products, other = document_settings(settings, "shop/products-1.csv"), document_settings(settings, "b.csv")
    assert (products.columns, products.id_columns, products.mode) == (("name",), None, "replace")
    assert (other.columns, other.id_columns, other.mode) == (None, ("sku",), "add")
    assert products.source_language == other.source_language == "de"
