"""HTTP manners: who calls, what may be sent, how lists stream, how refusals look."""
