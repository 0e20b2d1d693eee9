"""What in a text is not language: placeholders by docs/prompt-contract.md, and what readers would call code."""

from __future__ import annotations

import re

_FORMAT = r"[-+#0]*\d*(?:\.\d+)?(?:hh?|ll?|z)?"

# A percent sign after a number is prose, and so is one with a space behind it.
PLACEHOLDER = re.compile(
    rf"""
      </?\d+/?>
    | \{{\{{[^{{}}]*\}}\}} | \$\{{[^{{}}]*\}}                             # {{{{name}}}}, ${{name}}
    | \{{[\w.\[\]-]*(?:![rsa])?(?::[^{{}}\s]*)?\}}                        # {{0}}, {{name}}, {{price:.2f}}
    | \{{\s*[\w.-]+\s*,\s*(?:number|date|time|spellout|ordinal|duration)\b[^{{}}]*\}}
    | \{{[ ]*[A-Za-z0-9_][A-Za-z0-9_.-]*[ ]*\}}                           # {{ name }}
    | %% | %\([^()\s]+\){_FORMAT}[A-Za-z] | %\d+\${_FORMAT}[A-Za-z@]      # %(name)s, %1$s
    | (?<![0-9０-９])(?<![0-9０-９][ ])%{_FORMAT}(?:[sd@]|[iufFeEgGxXoc](?![A-Za-z]))
    """,
    re.VERBOSE,
)

# URLs and mail addresses end where Japanese or Chinese begins, which puts no space after them.
CODE = re.compile(
    r"""
      (?:https?|ftp)://[^\s<>`⺀-\U0010ffff]+(?<![.,;:!?)'"])
    | (?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+
    | `[^`\n]+`
    | &\#?\w+; | \\\w
    | (?<![\w-])--[A-Za-z][\w-]*
    | \b[A-Za-z][\w-]*(?:[./][\w-]+)*\.[a-z]{1,5}\b                       # config.yaml, docs.example.com
    | \b(?:[A-Za-z0-9]+_)+\w*                                             # max_tokens
    | \b[a-z]+[A-Z]\w*                                                    # maxTokens
    | \b[A-Z]+-\d+\b | \b[A-Za-z]+\d\w*                                   # TEA-003, F5
    """,
    re.VERBOSE | re.ASCII,
)
