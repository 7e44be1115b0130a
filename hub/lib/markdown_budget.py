"""Bound the work of the Markdown parser: every step of it is paid from a budget."""

from dataclasses import dataclass

# Steps for a text of 40,000 characters or less, and for the longest; a step takes five to ten
# microseconds.
STEPS, MAX_STEPS = 15_000, 37_500
LINES_PER_STEP = 2
CHARACTERS_PER_STEP = 40_000 / STEPS
# A link definition is written once and repeated by every link: all of them together may grow the
# text this much.
MAX_GROWTH = 8
# Where the parser's environment has it.
BUDGET = "hub_budget"


@dataclass
class Budget:
    """What is left to spend on one text: steps of the parser, and characters of addresses."""

    steps: int
    addresses: int

    @classmethod
    def of(cls, text: str) -> "Budget":
        """Return the budget of a text."""
        steps = max(STEPS, min(MAX_STEPS, int(len(text) / CHARACTERS_PER_STEP)))
        return cls(steps - text.count("\n") // LINES_PER_STEP, MAX_GROWTH * len(text) + 2_000)

    def pay(self, steps: int) -> bool:
        """Pay for a piece of work; False when there is not enough left."""
        self.steps -= steps
        return self.steps >= 0
