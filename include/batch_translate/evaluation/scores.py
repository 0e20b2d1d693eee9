"""chrF and BLEU of translations against references, as sacrebleu counts them, and whether two systems differ.

Nothing is downloaded: of sacrebleu's tokenizers those are used that are rules. Scores compare only where their
signatures are equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.significance import PairedTest, Result

from batch_translate.languages import base_language, space_between_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

TRIALS = 1_000
# The test's memory grows with trials times segments.
_MOST_SEGMENTS = 20_000
_CHINESE = ("zh", "yue")


class Score(NamedTuple):
    """chrF and BLEU from 0 to 100."""

    chrf: float
    bleu: float


class Chances(NamedTuple):
    """How likely two systems differ by chance alone, for each score; None where it cannot be said."""

    chrf: float | None
    bleu: float | None


def tokenizer(language: str) -> str:
    """BLEU's tokenizer for a target language: characters where words have no borders, and for Korean.

    sacrebleu's own choice for Japanese and Korean is MeCab, for the others a model it downloads.
    """
    if base_language(language) in _CHINESE:
        return "zh"
    if base_language(language) == "ko" or not space_between_sentences(language):
        return "char"
    return "13a"


class Scorer:
    """Scores translations into one language. Texts stand in parallel lists, one reference for each."""

    def __init__(self, language: str) -> None:
        # `force`: texts that are tokenized already are no reason to warn of, they are scored as they are.
        self._bleu = BLEU(tokenize=tokenizer(language), force=True)
        self._chrf = CHRF()
        self.score(["."], ["."])  # a metric has its signature once it knows how many references there are
        self.signatures = {"chrF": str(self._chrf.get_signature()), "BLEU": str(self._bleu.get_signature())}

    def score(self, translations: Sequence[str], references: Sequence[str]) -> Score:
        """The corpus scores of one text or more."""
        return Score(
            self._chrf.corpus_score(translations, [references]).score,
            self._bleu.corpus_score(translations, [references]).score,
        )

    def chances(self, before: Sequence[str], after: Sequence[str], references: Sequence[str]) -> Chances:
        """sacrebleu's paired approximate randomisation, two-sided, with 1,000 trials."""
        if before == after or not 1 < len(references) <= _MOST_SEGMENTS:
            return Chances(None, None)
        test = PairedTest(
            [("before", before), ("after", after)],
            {"chrF": self._chrf, "BLEU": self._bleu},
            [references],
            test_type="ar",
            n_samples=TRIALS,
        )
        _, results = test()
        _, (_, chrf), (_, bleu) = results.values()
        return Chances(_chance(chrf), _chance(bleu))


def _chance(result: str | Result) -> float | None:
    return result.p_value if isinstance(result, Result) else None
