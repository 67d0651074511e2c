"""The demo's page: a phone for everybody in the company, and beside it what each message did."""
