"""scrm-bot: the CRM that a sales team never has to open, because it lives in the chat."""

__version__ = "0.1.0"
