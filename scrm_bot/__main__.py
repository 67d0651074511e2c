"""`python -m scrm_bot` is `scrm-bot`."""

from scrm_bot.cli import main

if __name__ == "__main__":
    main()
