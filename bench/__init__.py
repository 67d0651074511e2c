"""What a message costs: measured against a bare server in the same run. See README.md beside this file."""
