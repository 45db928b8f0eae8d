"""Tune <-> tokens: vocabulary, what each token means, and how a tune is said in root C (folk-rnn's v2).

`encode` and `decode` turn a Tune into tokens and back, `sequence` puts title, rhythm and music between `<s>` and
`</s>`, `meaning` says what a token is, `Vocabulary` numbers the tokens that a network knows.
"""

from folkbench.encoding.figures import figure
from folkbench.encoding.sequence import rhythm_token, sequence, spell, title_of
from folkbench.encoding.tokens import END, START, TITLE, Token, Vocabulary, meaning
from folkbench.encoding.v2 import Encoded, Unencodable, decode, encode, signature, text

__all__ = [
    "END",
    "START",
    "TITLE",
    "Encoded",
    "Token",
    "Unencodable",
    "Vocabulary",
    "decode",
    "encode",
    "figure",
    "meaning",
    "rhythm_token",
    "sequence",
    "signature",
    "spell",
    "text",
    "title_of",
]
