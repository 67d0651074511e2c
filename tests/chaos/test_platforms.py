"""Platforms that misbehave are borne with: few questions for tokens, and in the end everything owed arrives."""

from __future__ import annotations

from tests.chaos.conftest import Small


async def test_fifty_sends_with_a_dead_token_on_two_processes_fetch_one_new_one(small: Small) -> None:
    report = await small("token-death")
    assert not report.wrongs


async def test_a_wrong_secret_costs_two_calls_at_most(small: Small) -> None:
    report = await small("bad-secret")
    assert not report.wrongs


async def test_everything_owed_is_delivered_after_a_while_of_every_kind_of_failure(small: Small) -> None:
    report = await small("faults")
    assert not report.wrongs
    assert report.figures["acked"]
