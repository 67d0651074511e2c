"""How the database came to be what it is: one revision a release, written with `python -m scrm_bot.migrations WHY`."""
