"""The demo's company: who works there, whom they sell to, and what has happened in the last ninety days."""
