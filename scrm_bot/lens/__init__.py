"""What one message did: how it was understood, what it changed, whom it told. For whoever asks why."""
