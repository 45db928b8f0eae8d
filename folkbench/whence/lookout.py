"""The guard over one tune alone: what `Watch` does for many, in plain numbers, and sooner."""

from __future__ import annotations

import numpy as np

from folkbench.whence.guard import BASE, INVERSE, Flags, Guard

_ALL = (1 << 64) - 1


class Lookout:
    """One tune that is being written, and what it must not write next; see `Watch`, which gives the same answers."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self._values = guard.values.tolist()
        self._is_line = (guard.lines | guard.ends).tolist()
        self._silent = guard.silent.tolist()
        self._ends = guard.lines | guard.ends
        self._powers, self._inverses = [1], [1]
        # by tokens taken: how many symbols and bar lines there are, and the last symbol that isn't the user's own
        self._taken = [(1, 1, -1)]
        self._line_at = [0]
        self._sums = [0, int(guard.line)]

    def forbidden(self, own: bool = False) -> Flags | None:
        """Which tokens must not be written next; None if none is barred. `own`: the next one is the user's."""
        guard = self.guard
        length, lines, last = self._taken[-1]
        fresh = last if own else length
        mask: Flags | None = None
        begin = length - guard.tokens
        if begin >= 0 and fresh >= begin:
            run = np.uint64(self._hash(begin, length))
            first, after = guard.runs.searchsorted(run, "left"), guard.runs.searchsorted(run, "right")
            if first < after:
                mask = np.asarray(guard.writes[guard.next[first:after]].any(axis=0))
        if self._line_at[lines - 1] == length - 1:  # one more sign of the same bar line
            if mask is not None:
                mask &= ~self._ends
        elif lines >= guard.bars and fresh >= (begin := self._line_at[lines - guard.bars]):
            phrase = (self._hash(begin, length) + int(guard.line) * self._power(length - begin)) & _ALL
            at = guard.phrases.searchsorted(np.uint64(phrase))
            if at < len(guard.phrases) and int(guard.phrases[at]) == phrase:
                mask = self._ends.copy() if mask is None else mask | self._ends
        return mask

    def take(self, token: int, own: bool = False) -> None:
        """Write one token; `own` says whether it is the user's."""
        length, lines, fresh = self._taken[-1]
        is_line = self._is_line[token]
        written = not (self._silent[token] or (is_line and self._line_at[lines - 1] == length - 1))
        if written:
            del self._sums[length + 1 :]
            self._sums.append((self._sums[length] + self._values[token] * self._power(length)) & _ALL)
            if is_line:
                del self._line_at[lines:]
                self._line_at.append(length)
        self._taken.append((length + written, lines + (written and is_line), length if written and not own else fresh))

    def rewind(self, taken: int) -> None:
        """Take the tune back to where it had so many tokens."""
        del self._taken[taken + 1 :]

    def _hash(self, first: int, last: int) -> int:
        while len(self._inverses) <= first:
            self._inverses.append(self._inverses[-1] * INVERSE & _ALL)
        return (self._sums[last] - self._sums[first]) * self._inverses[first] & _ALL

    def _power(self, exponent: int) -> int:
        while len(self._powers) <= exponent:
            self._powers.append(self._powers[-1] * BASE & _ALL)
        return self._powers[exponent]
