"""Makes the weights of the linear models from the labelled messages: `python -m training`."""
