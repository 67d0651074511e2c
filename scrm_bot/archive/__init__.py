"""All rows of a company in one file that either kind of database can be filled from: backup, restore, copy."""
