"""Regular expressions over one folded token, the same in every engine and in the highlighter.

A pattern is matched against one token as a whole. It may hold letters and digits, `.`, classes
`[a-z]` and `[^a-z]`, `\\d`, `\\w`, groups, `|`, and the repeats `* + ? {2} {2,} {2,5}`. Letters
and classes are folded like text. Anchors, word borders, look-around, back-references and lazy
repeats are refused with a reason, because they mean nothing inside one token or mean different
things in different engines. `portable` writes the pattern in the part of the syntax that Rust
and Python share; `Automaton` matches in time linear in the token (a lazy DFA), so no pattern can
hang a search.
"""

from __future__ import annotations

import re

from assay.index.letters import GAP, UNSPACED_CHAR, class_of, fold_letter

MAX_SIZE = 2_000  # states of the automaton
_MAX_RANGE = 5_000  # characters of one class range that are folded one by one

Ranges = tuple[tuple[int, int], ...]


class PatternError(ValueError):
    """A pattern that cannot be read: what, and what to write instead."""

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(what)
        self.next_step = next_step


class _Node:
    """A piece of a pattern: its portable spelling and its automaton's parts."""

    def __init__(self, kind: str, children: tuple[_Node, ...] = (), ranges: Ranges = ()) -> None:
        self.kind = kind  # set, not_set, any, cat, or, star, plus, maybe, empty
        self.children = children
        self.ranges = ranges
        self.size: int = 1 + sum(child.size for child in children)


def portable(pattern: str) -> str:
    """The pattern as every engine reads it. Raises PatternError."""
    return _write(_Reader(pattern).whole())


class Automaton:
    """Matches whole tokens against a pattern, in time linear in the token."""

    def __init__(self, pattern: str) -> None:
        self._moves: list[list[tuple[_Node, int]]] = []
        self._skips: list[list[int]] = []
        start, end = self._build(_Reader(pattern).whole())
        self._end = end
        self._first = self._closure({start})
        self._known: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def matches(self, token: str) -> bool:
        """Tell whether the pattern matches the whole token."""
        states = self._first
        for char in token:
            key = (states, char)
            following = self._known.get(key)
            if following is None:
                if len(self._known) > 100_000:
                    self._known.clear()
                reached = {to for s in states for node, to in self._moves[s] if _takes(node, char)}
                following = self._known[key] = self._closure(reached)
            states = following
            if not states:
                return False
        return self._end in states

    def _state(self) -> int:
        self._moves.append([])
        self._skips.append([])
        return len(self._moves) - 1

    def _closure(self, states: set[int]) -> frozenset[int]:
        todo = list(states)
        while todo:
            for to in self._skips[todo.pop()]:
                if to not in states:
                    states.add(to)
                    todo.append(to)
        return frozenset(states)

    def _build(self, node: _Node) -> tuple[int, int]:
        """Thompson's construction: the first and last state of a piece."""
        if node.kind == "cat":
            first = last = self._state()
            for child in node.children:
                start, end = self._build(child)
                self._skips[last].append(start)
                last = end
            return first, last
        first, last = self._state(), self._state()
        if node.kind in ("set", "not_set", "any"):
            self._moves[first].append((node, last))
            return first, last
        for child in node.children:
            start, end = self._build(child)
            self._skips[first].append(start)
            self._skips[end].append(last)
            if node.kind in ("star", "plus"):
                self._skips[end].append(start)
        if node.kind in ("star", "maybe", "empty"):
            self._skips[first].append(last)
        return first, last


def _takes(node: _Node, char: str) -> bool:
    if char == GAP:
        return False
    if node.kind == "any":
        return True
    inside = any(low <= ord(char) <= high for low, high in node.ranges)
    return inside == (node.kind == "set")


def _write(node: _Node) -> str:
    if node.kind == "any":
        return f"[^{GAP}]"
    if node.kind == "empty":
        return "()"
    if node.kind in ("set", "not_set"):
        if node.kind == "set" and len(node.ranges) == 1 and node.ranges[0][0] == node.ranges[0][1]:
            return chr(node.ranges[0][0])
        spans = (chr(a) if a == b else f"{chr(a)}-{chr(b)}" for a, b in node.ranges)
        return f"[{'^' + GAP if node.kind == 'not_set' else ''}{''.join(spans)}]"
    if node.kind == "cat":
        return "".join(_write(child) for child in node.children)
    if node.kind == "or":
        return f"({'|'.join(_write(child) for child in node.children)})"
    sign = {"star": "*", "plus": "+", "maybe": "?"}[node.kind]
    return f"({_write(node.children[0])}){sign}"


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0

    def whole(self) -> _Node:
        node = self.alternatives()
        if self.at < len(self.pattern):
            raise PatternError("a ) in the pattern has no (", "Take it out, or write \\).")
        if node.size > MAX_SIZE:
            raise PatternError("the pattern is too large", "Use smaller repeats.")
        return node

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def alternatives(self) -> _Node:
        self.depth += 1
        if self.depth > 50:
            raise PatternError("the pattern has too many groups inside groups", "Simplify it.")
        parts = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.sequence())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else _Node("or", tuple(parts))

    def sequence(self) -> _Node:
        parts: list[_Node] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.repeated(self.atom()))
        if not parts:
            return _Node("empty")
        return parts[0] if len(parts) == 1 else _Node("cat", tuple(parts))

    def repeated(self, node: _Node) -> _Node:
        while True:
            sign = self.peek()
            counted = re.compile(r"\{([0-9]{1,3})(,([0-9]{0,3}))?\}").match(self.pattern, self.at)
            if sign and sign in "*+?":
                self.at += 1
                node = _Node({"*": "star", "+": "plus", "?": "maybe"}[sign], (node,))
            elif counted:
                self.at = counted.end()
                low = int(counted[1])
                high = low if counted[2] is None else int(counted[3]) if counted[3] else None
                node = self.times(node, low, high)
            elif sign == "{":
                raise PatternError("a { in the pattern is no repeat", "Write {2} or {2,5}.")
            else:
                return node
            after = self.peek()
            if after and after in "?+" and sign != after:
                raise PatternError(
                    "lazy and possessive repeats make no difference here",
                    f"Take out the second {after}.",
                )

    def times(self, node: _Node, low: int, high: int | None) -> _Node:
        if high is not None and high < low:
            raise PatternError("a repeat ends below its beginning", "Turn the two numbers round.")
        if node.size * max(low, high or 0) > MAX_SIZE:
            raise PatternError("the pattern is too large", "Use smaller repeats.")
        parts = [node] * low
        if high is None:
            parts.append(_Node("star", (node,)))
        else:
            parts += [_Node("maybe", (node,))] * (high - low)
        return _Node("cat", tuple(parts)) if parts else _Node("empty")

    def atom(self) -> _Node:
        char = self.peek()
        self.at += 1
        if char == ".":
            return _Node("any")
        if char == "(":
            if self.pattern.startswith("?:", self.at):
                self.at += 2
            elif self.peek() == "?":
                raise PatternError("(? is not read here", "Use plain groups ( ).")
            node = self.alternatives()
            if self.peek() != ")":
                raise PatternError("a ( in the pattern is never closed", "Add a ).")
            self.at += 1
            return node
        if char == "[":
            return self.character_class()
        if char in "*+?{":
            raise PatternError(
                f"{char} has nothing before it to repeat", f"Write .{char} or take it out."
            )
        if char in "^$":
            raise PatternError(
                f"{char} is not needed: a pattern always matches a whole word", "Take it out."
            )
        if char == "\\":
            return self.escaped()
        return _literal(char)

    def escaped(self) -> _Node:
        char = self.peek()
        self.at += 1
        if char == "d":
            return _Node("set", ranges=((48, 57),))
        if char == "w":
            return _Node("any")
        if not char or char.isalnum():
            raise PatternError(
                f"\\{char} is not read here: a pattern is matched against one word at a time",
                "Use letters, ., classes, groups and repeats.",
            )
        return _literal(char)

    def character_class(self) -> _Node:
        negated = self.peek() == "^"
        if negated:
            self.at += 1
        chars: set[int] = set()
        spans: list[tuple[int, int]] = []
        first = True
        while self.peek() != "]" or first:
            low = self.class_char()
            if low is None:
                spans.append((48, 57))
            elif self.peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self.class_char()
                if high is None or high < low:
                    raise PatternError("a range in [ ] ends before it begins", "Turn it round.")
                if ord(high) - ord(low) > _MAX_RANGE:
                    spans.append((ord(low), ord(high)))
                else:
                    for code in range(ord(low), ord(high) + 1):
                        chars.update(_folded_codes(chr(code)))
            else:
                chars.update(_folded_codes(low))
            first = False
        self.at += 1
        ranges = _ranges(chars, spans)
        if not ranges:
            raise PatternError("nothing in [ ] ever stands in a word", "Use letters and digits.")
        return _Node("not_set" if negated else "set", ranges=ranges)

    def class_char(self) -> str | None:
        """One character of a class; None for \\d."""
        char = self.peek()
        if not char:
            raise PatternError("a [ in the pattern is never closed", "Add a ].")
        self.at += 1
        if char == "\\":
            char = self.peek()
            self.at += 1
            if char == "d":
                return None
            if not char or char.isalnum():
                raise PatternError(f"\\{char} is not read inside [ ]", "Write the characters.")
        return char


def _folded_codes(char: str) -> set[int]:
    """The single characters that a member of a class stands for; none for punctuation."""
    if class_of(char) != "w":
        return set()
    folded = fold_letter(char)
    codes = {ord(folded)} if len(folded) == 1 else set()
    return codes | {0x6CC} if folded in ("ي", "ى") else codes


def _literal(char: str) -> _Node:
    kind = class_of(char)
    if kind == "u" or UNSPACED_CHAR.match(char):
        raise PatternError(
            "a pattern works on words of scripts with spaces; Chinese, Japanese, Thai have none",
            "Write the characters as a word or phrase.",
        )
    folded = fold_letter(char) if kind == "w" else ""
    if not folded:
        if kind == "x":
            return _Node("empty")
        shown = char if char.isprintable() else repr(char)
        raise PatternError(
            f"{shown} never stands inside a word",
            "Write a space between the patterns of two words.",
        )
    nodes = []
    for part in folded:
        codes = {ord(part)} | ({0x6CC} if part in ("ي", "ى") else set())
        nodes.append(_Node("set", ranges=_ranges(codes, [])))
    return nodes[0] if len(nodes) == 1 else _Node("cat", tuple(nodes))


def _ranges(codes: set[int], spans: list[tuple[int, int]]) -> Ranges:
    """Sorted ranges without overlap."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted([*((c, c) for c in codes), *spans]):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)
