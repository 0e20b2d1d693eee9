"""Is a message of ICU MessageFormat still one, and is the number of a plural form still shown?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from batch_translate.markup.icu import looks_branched, parse_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_translate.checks.pair import Pair
    from batch_translate.markup.icu import Message


def check_icu(pair: Pair) -> Sequence[str]:
    """A plural or select that ICU would not read, or has other arguments; a plural form without its `#`."""
    source, target = pair.source, pair.target
    if "{" in source and looks_branched(source):
        wanted = parse_message(source)
        if wanted is None:
            return ()
        found = parse_message(target)
        if found is None:
            return ("The translation is no message that ICU MessageFormat reads: braces or quotation are broken.",)
        if (names := _branched(wanted)) != (others := _branched(found)):
            changed = ", ".join(sorted((names - others) | (others - names)))
            return (f"The translation has other ICU arguments, or more or less often: {changed}.",)
        return ()
    # A form for nothing but 1 may say the number in words, or not at all.
    counts = pair.context.startswith("plural form") and not pair.context.endswith("such as 1")
    if counts and "#" in source and "#" not in target:
        return ("'#', which stands for the number, is missing in the translation.",)
    return ()


def _branched(message: Message) -> Counter[str]:
    """Name and kind of each argument that has branches; a language may have more or fewer branches."""
    return Counter({f"{{{argument.name}, {argument.kind}}}" for argument in message.branched})
