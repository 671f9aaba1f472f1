"""What the viewers of one desktop want to be."""

from __future__ import annotations

from collections.abc import Callable, Collection

from .layout import Claim


class Claims:
    """The claims of a desktop's viewers by the connections' ids, in their order.

    A viewer whose connection is lost is *away*: its claim stays until another connection takes it over.
    """

    def __init__(self) -> None:
        self.all: dict[str, Claim] = {}
        self.away: set[str] = set()

    def with_one(self, connection: str, claim: Claim, replaced: str | None) -> dict[str, Claim]:
        """Return all claims with one more, or changed.

        It takes the place of that of the connection ``replaced``, or else of one that is away and has its number.
        """
        if connection in self.all:
            return {**self.all, connection: claim}
        absent = [key for key in self.away if self.all[key].number == claim.number]
        replaced = replaced if replaced in self.all else next(iter(absent), None)
        if replaced is None:
            return {**self.all, connection: claim}
        return {
            connection if key == replaced else key: claim if key == replaced else each for key, each in self.all.items()
        }

    def replace(self, claims: dict[str, Claim]) -> Callable[[], None]:
        """Have these claims from now on; return a function that goes back, but for connections that end meanwhile."""
        before, self.all = self.all, claims
        away, self.away = self.away, self.away & claims.keys()

        def undo() -> None:
            ended = claims.keys() - self.all.keys()
            self.all = {key: each for key, each in before.items() if key not in ended}
            self.away = (self.away | away) & self.all.keys()

        return undo

    def give_up(self, numbers: Collection[int]) -> None:
        """Forget the claims with these numbers whose viewers are away."""
        for each in list(self.away):
            if self.all[each].number in numbers:
                self.remove(each)

    def remove(self, connection: str) -> None:
        """Forget a connection's claim; do nothing if it has none."""
        self.all.pop(connection, None)
        self.away.discard(connection)
