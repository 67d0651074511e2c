"""Where words meet the CRM."""
