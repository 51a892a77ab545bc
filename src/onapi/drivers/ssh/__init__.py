"""The command line of a network element over SSH: the way there, and drivers for those whose language we know."""
