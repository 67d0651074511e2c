"""What a Chinese sentence means; knows no database and no platform."""
