"""Tune <-> tokens: vocabulary, what each token means, and folk-rnn's three encodings.

`ENCODINGS` is their table: how a network's sequences are written and read, from and to the words of v2 (root C).
`encode` and `decode` turn a Tune into words and back, `sequence` puts title, rhythm and music between `<s>` and `</s>`,
`meaning` says what a token is, `Vocabulary` numbers the tokens that a network knows.
"""

from folkbench.encoding.encodings import ENCODINGS, Encoding, encoding_of
from folkbench.encoding.figures import figure
from folkbench.encoding.sequence import rhythm_token, sequence, spell, title_of
from folkbench.encoding.tokens import END, START, TITLE, Token, Vocabulary, meaning
from folkbench.encoding.v2 import Encoded, Unencodable, decode, encode, signature, text

__all__ = [
    "ENCODINGS",
    "END",
    "START",
    "TITLE",
    "Encoded",
    "Encoding",
    "Token",
    "Unencodable",
    "Vocabulary",
    "decode",
    "encode",
    "encoding_of",
    "figure",
    "meaning",
    "rhythm_token",
    "sequence",
    "signature",
    "spell",
    "text",
    "title_of",
]
