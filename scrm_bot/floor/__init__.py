"""A virtual sales floor: people who work a day long with a real bot, through its webhooks, and a gold to hold it to.

`scrm-bot simulate` starts `scrm-bot serve` on a new database, puts simulated platforms in front of it and lets reps,
managers, engineers and customers talk to it (the `cast`), each with habits of typing (`habits`). Everything that they
say begins as what they want (`Matter`: the rows that should be there afterwards) and only then becomes words
(`sayings`), so that the gold never depends on what a sentence is taken for. They read what the bot answers and go on
like people: they pick, confirm, skip, correct themselves, take things back, finish or put off what rings.

Meanwhile the platforms send things twice and fail, and the bot is killed (`outages`). At the end `gold` holds the rows
against what was wanted, and `report` says what was lost, written wrongly or missing, and how long it took.

The bot's clock is never touched. `speed` shortens people's pauses, and what they want to be reminded of is due within
seconds; everything else - patience of platforms, leases, undo's ten minutes - takes its real time.
"""
