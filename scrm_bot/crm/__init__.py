"""People, customers and everything from lead to cash; knows no words and no platforms."""
