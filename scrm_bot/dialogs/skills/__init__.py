"""The content of the bot: one file per topic."""
