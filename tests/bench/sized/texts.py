"""Contributions as both servers get them: the same words, topics and people, the same at each run."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FORUMS, MEMBERS, TAKEN_PART_IN = 220, 10_000, 60
# Contributions of a topic on average; the first topic, in the first forum, has a tenth of all.
PER_TOPIC = 20
WORDS = 60
START = datetime(2022, 1, 1, 9, 0, tzinfo=UTC)
# What the reader has not read: the newest of so many topics.
NEW_TOPICS = 40


@dataclass(frozen=True)
class Said:
    """A contribution: ``topic`` and ``author`` count from 0, ``parent`` is the index of another or -1."""

    topic: int
    author: int
    parent: int
    text: str
    at: datetime


def topics_for(size: int) -> int:
    """Return how many topics so many contributions have."""
    return size // PER_TOPIC


def forum_of(topic: int) -> int:
    """Return the forum of a topic, both from 0; the first has six of ten topics: 6,000 with 200,000 contributions."""
    return 0 if topic % 10 < 6 else 1 + topic % (FORUMS - 1)


def vocabulary() -> list[str]:
    """Return 20,000 words, the commonest first."""
    chance = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(chance.choices(letters, k=chance.randint(3, 10))) for _ in range(20_000)]


def contributions(size: int) -> Iterator[Said]:
    """Give the contributions in the order they were said."""
    chance = random.Random(2)
    words = vocabulary()
    # Cut from a long text of words as frequent as in a language: choosing each anew takes minutes.
    weights = [1 / (rank + 5) for rank in range(len(words))]
    stream = chance.choices(words, weights, k=400_000)
    topics = topics_for(size)
    last: dict[int, int] = {}
    for index in range(size):
        # The first so many begin their topics, so that each has one.
        topic = index if index < topics else _topic(chance, topics)
        start = chance.randrange(len(stream) - WORDS)
        parent = last.get(topic, -1) if chance.random() < 0.5 else -1
        last[topic] = index
        text = " ".join(stream[start : start + WORDS])
        yield Said(topic, chance.randrange(MEMBERS), parent, text, START + timedelta(minutes=8 * index))


def _topic(chance: random.Random, topics: int) -> int:
    return 0 if chance.random() < 0.1 else chance.randrange(topics)


def phrases(count: int) -> list[str]:
    """Return phrases of two and three words, common, middling and rare, that stand in the texts or might."""
    chance = random.Random(3)
    words = vocabulary()
    common = [f'"{words[chance.randrange(40)]} {words[chance.randrange(40)]}"' for _ in range(count)]
    middling = [f'"{words[chance.randrange(2)]} {words[chance.randrange(400)]}"' for _ in range(count)]
    rare = [f'"{" ".join(chance.sample(words[:3000], 3))}"' for _ in range(count)]
    return [phrase for three in zip(common, middling, rare, strict=True) for phrase in three][:count]
