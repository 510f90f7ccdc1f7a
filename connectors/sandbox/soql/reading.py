"""A place in a query's tokens: look at the next one, take it, or refuse it. What the tokens mean is not known here."""

from typing import Never

from connectors.sandbox.errors import OrgError
from connectors.sandbox.soql.tokens import KEYWORDS, Token, at_position, tokenize
from connectors.sandbox.statement import Path


class Reader:
    """Walks over the tokens of `text`. Every refusal is an OrgError MALFORMED_QUERY that points at a token."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = tokenize(text)
        self._at = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._at]

    @property
    def after_next(self) -> Token:
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def advance(self) -> Token:
        token = self.next
        self._at += token.kind != "end"
        return token

    def sees(self, *texts: str) -> bool:
        """Whether the next token is one of these keywords or symbols (in capitals)."""
        return self.next.upper in texts and self.next.kind in ("word", "symbol")

    def accept(self, *texts: str) -> bool:
        """Take the next tokens if they are exactly these."""
        for ahead, text in enumerate(texts):
            token = self._tokens[min(self._at + ahead, len(self._tokens) - 1)]
            if token.upper != text or token.kind not in ("word", "symbol"):
                return False
        self._at += len(texts)
        return True

    def expect(self, *texts: str) -> None:
        for text in texts:
            if not self.accept(text):
                self.fail()

    def word(self) -> Token:
        if self.next.kind != "word":
            self.fail()
        return self.advance()

    def name(self) -> Token:
        """A word that is one plain name."""
        if not self.next.text.isidentifier():
            self.fail()
        return self.word()

    def path(self) -> Path:
        token = self.next
        if ":" in token.text or token.upper in KEYWORDS:
            self.fail()
        return Path(tuple(self.word().text.split(".")), token.position)

    def alias(self) -> str | None:
        if self.next.kind == "word" and self.next.upper not in KEYWORDS:
            return self.name().text
        return None

    def fail(self, token: Token | None = None, message: str | None = None) -> Never:
        token = token or self.next
        told = message or f"unexpected token: '{token.text}'"
        raise OrgError("MALFORMED_QUERY", at_position(self.text, token.position, told))
