"""Are names of programs, files and options still there as they were? They are for machines, not for readers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_translate.checks.prose import prose
from batch_translate.languages import letters_of_source_alone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.checks.pair import Pair

_ENDINGS = (
    "py|ipynb|js|mjs|jsx|ts|tsx|vue|json|jsonl|ya?ml|toml|ini|env|cfg|conf|md|txt|csv|tsv|log|html?|css|scss|php|rb|"
    "go|rs|java|kt|swift|c|h|cpp|cs|sh|bat|ps1|sql|db|xml|xlf|po|pot|mo|png|jpe?g|gif|svg|webp|pdf|zip|gz|tar|exe|"
    "dll|so|lock|xlsx?|docx?|pptx?"
)
# ASCII on purpose: Japanese goes on right behind a name, without a space.
_CODE = re.compile(
    rf"""(?<![A-Za-z0-9_./$\\-])(?:
      --[a-z][a-z0-9]*(?:-[a-z0-9]+)*                                    # --dry-run
    | \$?[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+                          # max_size, MAX_SIZE
    | \$?[a-z]+[a-z0-9]*[A-Z][A-Za-z0-9]*(?:\(\))?                      # userName, iOS
    | \$[a-z][a-z0-9]+                                                  # $value
    | [A-Z]{{2,}}-[0-9]+                                                 # UTF-8
    | \.?(?:[A-Za-z0-9_][A-Za-z0-9_-]*\.)+(?:{_ENDINGS})                 # settings.yml
    | \.{{0,2}}(?:/[A-Za-z0-9_.-]*[A-Za-z0-9_])+                           # /etc/hosts, ./a.txt
    | v[0-9]+(?:\.[0-9]+)+                                               # v1.2.3
    )(?![A-Za-z0-9_/-])""",
    re.VERBOSE,
)
_MAY_BE_CODE = re.compile(r"[_/]|--|[a-z][A-Z]|[A-Za-z0-9]\.[a-z]|v[0-9]|\$[a-z]|[A-Z]-[0-9]")
_NAME = re.compile(r"(?<![A-Za-z0-9_./$\\-])[A-Za-z][A-Za-z0-9]{2,}(?![A-Za-z0-9_])")
_IGNORED = str.maketrans("", "", " _.-\u3000")


def check_code(pair: Pair) -> Sequence[str]:
    """An identifier, option, path or file name of the source text is missing in the translation."""
    source = pair.source
    if _MAY_BE_CODE.search(source) is None:
        return ()
    target = pair.target
    return [
        f"{code!r} of the source text is missing in the translation; it is to stay as it is."
        for code in dict.fromkeys(_CODE.findall(prose(source)))
        if code not in target and not _is_said(pair, code)
    ]


def check_names(pair: Pair) -> Sequence[str]:
    """A Latin word in a text of another script is missing in the translation: mostly a name."""
    source = pair.source
    # Elsewhere Latin letters write words, not names.
    if source.isascii() or letters_of_source_alone(pair.source_language, "en") is None:
        return ()
    names = _NAME.findall(source)
    if not names:
        return ()
    target = pair.target.lower().translate(_IGNORED)
    lost = [name for name in dict.fromkeys(names) if name.lower() not in target]
    if lost:
        shown = prose(source)
        lost = [name for name in lost if name in shown and not _is_said(pair, name)]
    return [f"{name!r} of the source text is missing in the translation." for name in lost]


def _is_said(pair: Pair, code: str) -> bool:
    """Whether a term says that it becomes something else."""
    return any(code in term.source for term in pair.terms)
