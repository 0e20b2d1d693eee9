"""A small dated folder by chance: several documents, repeated texts, now and then two languages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_WORDS = (
    "お知らせ",
    "配送",
    "遅延",
    "注文",
    "新着",
    "商品",
    "返品",
    "会員",
    "本日",
    "明日",
    "営業",
    "時間",
    "確認",
    "手続き",
)
_ENDINGS = ("です。", "をご確認ください。", "は{count}件あります。", "について", "、%sまで。")


def make_folder(chance: Random, packed: bool) -> tuple[dict[str, str], list[str]]:
    """The documents by name, translate.toml among them, and the target languages.

    There are four requests at least, in two shards at least; `packed`: of several texts each.
    """
    languages = ["en", "ko"] if chance.random() < 0.25 else ["en"]
    texts = [_text(chance, number) for number in range(chance.randint(12, 18))]
    # Every text once, some again: a text asked for twice in one day must be paid once.
    placed = [*texts, *chance.choices(texts, k=4)]
    chance.shuffle(placed)
    third = len(placed) // 3
    rows = "".join(f"{number},{text}\n" for number, text in enumerate(placed[:third]))
    lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in placed[third : 2 * third])
    settings = {
        "target_langs": languages,
        "segments_per_request": chance.choice((2, 3) if packed else (1, 2, 3)),
        # Small shards: the fate of one must not touch the others.
        "requests_per_shard": chance.choice((2, 3)),
    }
    documents = {
        "products.csv": f"id,name\n{rows}",
        "support/questions.jsonl": lines,
        "notes.txt": "\n\n".join(placed[2 * third :]) + "\n",
        # Filler is in no language.
        "translate.toml": "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
        + 'checks = { language = "off" }\n',
    }
    return documents, languages


def _text(chance: Random, number: int) -> str:
    return "".join(chance.choices(_WORDS, k=chance.randint(1, 4))) + str(number) + chance.choice(_ENDINGS)
