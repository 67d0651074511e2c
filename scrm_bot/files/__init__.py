"""Files that people send: what they are by their content, and the folder in which they are kept."""
