"""Shares of times, measured one by one or read from a process's histograms."""

from __future__ import annotations

import pytest

from scrm_bot.floor.latency import Histogram, share

METRICS = """
scrm_turn_seconds_bucket{le="0.05"} 90.0
scrm_turn_seconds_bucket{le="0.1"} 98.0
scrm_turn_seconds_bucket{le="0.25"} 100.0
scrm_turn_seconds_bucket{le="+Inf"} 100.0
scrm_clock_lag_seconds_bucket{le="0.5"} 7.0
"""


def test_half_of_them_took_no_longer_than_the_median() -> None:
    assert share([3, 1, 2], 0.5) == 2
    assert share([], 0.5) == 0.0


def test_a_histogram_is_read_on_a_straight_line_within_its_buckets() -> None:
    turns = Histogram()
    turns.add(METRICS, "scrm_turn_seconds")
    assert turns.count == 100
    assert turns.share(0.45) == pytest.approx(0.025)
    assert turns.share(0.99) == pytest.approx(0.175)


def test_lives_of_a_process_add_up() -> None:
    turns = Histogram()
    turns.add(METRICS, "scrm_turn_seconds")
    turns.add(METRICS, "scrm_turn_seconds")
    assert turns.count == 200
    assert turns.share(0.99) == pytest.approx(0.175)


def test_what_lies_beyond_all_bounds_is_the_last_bound() -> None:
    turns = Histogram()
    turns.add('x_bucket{le="1.0"} 0.0\nx_bucket{le="+Inf"} 4.0\n', "x")
    assert turns.share(0.5) == 1.0
