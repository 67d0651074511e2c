"""Bringing in what people already have: a table of theirs becomes rows of ours, and what is wrong comes back."""
