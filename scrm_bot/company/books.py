"""The company as it stands in the files beside this one, read into plain rows."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Client:
    """One line of customers.csv. `silent`: days since the last contact; `wan`: the deal's amount in 万元."""

    name: str
    shorts: tuple[str, ...]
    industry: str
    region: str
    grade: str
    source: str
    owner: str  # "": in the public pool
    people: tuple[tuple[str, str], ...]  # name, title
    product: str
    wan: str
    stage: str
    silent: int


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody whom a visitor of the demo can be."""

    key: str
    name: str
    called: str
    place: str
    channel: str
    user: str
    about: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Something worth trying, step by step: who says what."""

    title: str
    steps: tuple[tuple[str, str], ...]  # persona's key, sentence


class Books:
    """Everything that the company has in its files."""

    @cached_property
    def company(self) -> Mapping[str, Any]:
        """company.toml: staff, products, notes, tickets, contracts, devices, leads, reminders."""
        return tomllib.loads(_text("company.toml"))

    @cached_property
    def clients(self) -> tuple[Client, ...]:
        """customers.csv, in its order."""
        return tuple(_client(row) for row in csv.DictReader(_text("customers.csv").splitlines()))

    @cached_property
    def personas(self) -> tuple[Persona, ...]:
        """Whom one can be."""
        return tuple(Persona(**(one | {"sentences": tuple(one["sentences"])})) for one in self._cast["people"])

    @cached_property
    def stories(self) -> tuple[Story, ...]:
        """What to try first."""
        return tuple(Story(one["title"], tuple((who, says) for who, says in one["steps"])) for one in self._stories)

    @cached_property
    def _cast(self) -> dict[str, Any]:
        return tomllib.loads(_text("cast.toml"))

    @property
    def _stories(self) -> list[dict[str, Any]]:
        return list(self._cast["stories"])


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _client(row: Mapping[str, str]) -> Client:
    people = tuple(_person(one) for one in row["contacts"].split(";"))
    return Client(
        row["name"], tuple(row["short"].split(";")), row["industry"], row["region"], row["grade"], row["source"],
        row["owner"], people, row["product"], row["wan"], row["stage"], int(row["silent"]),
    )  # fmt: skip


def _person(words: str) -> tuple[str, str]:
    name, _, title = words.partition(" ")
    return name, title
