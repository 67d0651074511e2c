"""Chaos: the served bot is killed, frozen, starved and cut off while people talk to it; then the rows are counted.

    make chaos                                  every scenario at full size
    make chaos SEED=7 ONLY=kills-sqlite         one of them, again as it was
    python -m tests.chaos --small               the sizes that `make test` runs

`Ground` is where a scenario takes place (a folder, a database, a seed), `Fleet` the bot's processes, `Crowd` the people
who talk to it through the platforms' simulator, and `audit` decides from the rows and the screens:

- acknowledged: the callback was answered with 200, at one of the platform's attempts
- lost: acknowledged, but no row, no fate, or the fate "failed"
- double or lost effects: more, or fewer, rows in the CRM than the message should have caused
- lost sends: a row of the outbox that nobody saw and that was not given up either; an answer counts as seen only if the
  platform received the callback's answer that carried it
- double sends: one row of the outbox seen twice
- disorder: a message acknowledged before the next was typed had its effect or its answer after that of the next
"""
