"""What is true: pure rules over frozen values. No clock, no I/O, the standard library only."""
