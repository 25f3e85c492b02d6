"""Prototxt cut into tokens, and errors that point at one of them."""

import re
import unicodedata
from typing import NamedTuple

from brew.errors import ProtoError

_SKIPPED = re.compile(r"(?:\s|\#[^\n]*)*", re.ASCII)
_TOKEN = re.compile(
    r"""
      (?P<name>   [A-Za-z_]\w*)
    | (?P<number> \.?\d (?: [\w.] | (?<=[eE])[+-] )*)
    | (?P<string> "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*')
    | (?P<symbol> [-{}<>\[\]:,;])
    """,
    re.VERBOSE | re.ASCII,
)
_WIDEST = 88


class Token(NamedTuple):
    """A piece of text: its kind, the text itself, and where it starts."""

    kind: str  # name, number, string, symbol or end
    text: str
    start: int


class Tokens:
    """The tokens of a prototxt, one after the other.

    Parameters
    ----------
    text : str
        The prototxt.
    source : str
        The file's name, for messages.

    Attributes
    ----------
    token : Token
        The next token, not yet taken; at the end one of kind ``end``.
    """

    def __init__(self, text, source):
        self.text = text
        self.source = source
        self.token = self._scan(0)

    def take(self):
        """Return the next token and go on to the one behind it."""
        token = self.token
        self.token = self._scan(token.start + len(token.text))
        return token

    def accept(self, symbol):
        """Take the next token and return True if it is the given symbol."""
        found = self.token.kind == "symbol" and self.token.text == symbol
        if found:
            self.take()
        return found

    def line_of(self, token):
        """Return the number of the line where `token` stands, from 1."""
        return self.text.count("\n", 0, token.start) + 1

    def error(self, token, problem):
        """Return a ProtoError that shows `token` in its line, with carets."""
        return ProtoError(self._placed(token.start, len(token.text), problem))

    def _scan(self, end_of_last):
        skipped = _SKIPPED.match(self.text, end_of_last)
        start = skipped.end() if skipped else end_of_last
        if start == len(self.text):
            return Token("end", "", end_of_last)
        found = _TOKEN.match(self.text, start)
        if not found:
            raise ProtoError(self._placed(start, 1, _strange(self.text[start])))
        return Token(found.lastgroup or "", found.group(), start)

    def _placed(self, start, length, problem):
        line_start = self.text.rfind("\n", 0, start) + 1
        line = self.text[line_start:].split("\n", 1)[0].rstrip()
        column = start - line_start
        number = self.text.count("\n", 0, start) + 1
        left = max(0, column - _WIDEST // 2) if len(line) > _WIDEST else 0
        shown = line[left : left + _WIDEST]
        # tabs stay tabs, so that the carets stand under the text
        space = re.sub(r"[^\t]", " ", shown[: column - left])
        carets = "^" * max(1, min(length, len(shown) - (column - left)))
        place = f"{self.source}:{number}:{column + 1}"
        return f"{place}: {problem}\n    {shown}\n    {space}{carets}"


def _strange(character):
    if character in "\"'":
        return "this text has no closing quote in its line"
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    remedy = ""
    if "QUOTATION MARK" in name:
        remedy = """; write "straight" quotes"""
    elif "SPACE" in name:
        remedy = "; write an ordinary space"
    return f"unexpected character {character!r} ({name}){remedy}"
