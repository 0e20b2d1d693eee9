"""Where are the segments of an ICU message? The text of each branch, and the text around plurals and selects.

A branch is named by its selector (`/cart/items, one`). In the text around it, what has branches is one numbered
tag. A message in which nothing is translated stays as it was, to the character.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batch_translate.documents.messages.icu_forms import Form, forms_of, stands_for_one_number
from batch_translate.documents.messages.icu_text import MessageText, message_text
from batch_translate.segments import Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batch_translate.markup.icu import Argument, Kind, Message


@dataclass(slots=True)
class _Node:
    """A message of the tree: `index` is its segment's number, None where its own text has no prose."""

    message: Message
    text: MessageText
    index: int | None
    arguments: list[tuple[Argument, list[list[tuple[Form, _Node]]]]]


@dataclass(frozen=True, slots=True)
class _Owner:
    """What a segment is the text of: a branch of `kind` for `selector`, "" for the message itself."""

    node: _Node
    selector: str
    kind: Kind


@dataclass(slots=True)
class IcuMessage:
    """One message as a part: `raw` is what stands in the document, `put` writes a whole message there.

    `value` is the message, `languages` those it is translated to, `language` the one that is written. `unique`
    numbers a place which another segment has.
    """

    raw: str
    value: str
    put: Callable[[str], str]
    unique: Callable[[str], str]
    languages: tuple[str, ...]
    language: str
    segments: list[Segment] = field(default_factory=list)
    owners: list[_Owner] = field(default_factory=list)
    texts: dict[int, MessageText] = field(default_factory=dict)
    root: _Node | None = None

    def grow(self, message: Message, place: str) -> None:
        """Find the segments. `place` is the message's."""
        self.root = self._node(message, place, self.languages, "", "", "")

    def fits(self, index: int, target: str) -> bool:
        owner = self.owners[index]
        text = owner.node.text
        if not text.numbers_kept(target, stands_for_one_number(self.language, owner.selector, owner.kind)):
            return False
        return text.written(target, lambda _: "") is not None

    def written(self, targets: Sequence[str | None]) -> str:
        if self.root is None or all(target is None for target in targets):
            return self.raw
        return self.put(self._rendered(self.root, targets))

    def _node(
        self, message: Message, place: str, languages: Sequence[str], context: str, selector: str, kind: Kind
    ) -> _Node:
        text = self.texts.get(message.start)
        if text is None:  # several forms have one branch
            text = self.texts[message.start] = message_text(self.value, message)
        node = _Node(message, text, None, [])
        if languages and text.protected.prose.strip():
            only_for = "" if len(languages) == len(self.languages) else " ".join(languages)
            node.index = len(self.segments)
            self.segments.append(Segment(self.unique(place), text.protected.text, context, "", only_for))
            self.owners.append(_Owner(node, selector, kind))
        several = len(message.branched) > 1
        for argument in message.branched:
            branches = []
            for forms in forms_of(argument, languages):
                where = f"{place}, {argument.name} " if several else f"{place}, "
                branches.append([(form, self._form(form, where, argument.kind, len(forms) > 1)) for form in forms])
            node.arguments.append((argument, branches))
        return node

    def _form(self, form: Form, where: str, kind: Kind, several: bool) -> _Node:
        place = f"{where}{form.selector}" + (f" ({' '.join(form.languages)})" if several else "")
        return self._node(form.branch.message, place, form.languages, form.context, form.selector, kind)

    def _rendered(self, node: _Node, targets: Sequence[str | None]) -> str:
        target = None if node.index is None else targets[node.index]
        arguments = [self._argument(argument, forms, targets) for argument, forms in node.arguments]
        written = None if target is None else node.text.written(target, arguments.__getitem__)
        if written is not None:
            return written
        at = node.message.start
        pieces: list[str] = []
        for (argument, _), rendered in zip(node.arguments, arguments, strict=True):
            pieces += (self.value[at : argument.start], rendered)
            at = argument.end
        return "".join([*pieces, self.value[at : node.message.end]])

    def _argument(
        self, argument: Argument, branches: list[list[tuple[Form, _Node]]], targets: Sequence[str | None]
    ) -> str:
        first, last = argument.branches[0], argument.branches[-1]
        head = self.value[argument.start : first.start]
        spaces = {first.start: head[len(head.rstrip()) :]}
        for before, branch in zip(argument.branches, argument.branches[1:], strict=False):
            spaces[branch.start] = self.value[before.end : branch.start]
        pieces: list[str] = []
        for forms in branches:
            chosen = self._chosen(forms)
            if chosen is None or (chosen[0].added and not self._is_translated(chosen[1], targets)):
                continue
            form, node = chosen
            content = self._rendered(node, targets)
            space = spaces[form.branch.start] if pieces else ""
            pieces.append(f"{space}{form.selector}{form.branch.gap}{{{content}}}")
        return "".join([head, *pieces, self.value[last.end : argument.end]])

    def _chosen(self, forms: list[tuple[Form, _Node]]) -> tuple[Form, _Node] | None:
        """The form which the written language has; the source's own for a language the settings do not name."""
        is_known = self.language in self.languages
        for form, node in forms:
            if self.language in form.languages if is_known else not form.added:
                return form, node
        return None

    def _is_translated(self, node: _Node, targets: Sequence[str | None]) -> bool:
        if node.index is not None:
            return targets[node.index] is not None
        chosen = [self._chosen(forms) for _, branches in node.arguments for forms in branches]
        return any(self._is_translated(it[1], targets) for it in chosen if it is not None)
