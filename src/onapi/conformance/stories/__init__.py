"""What is done to a server with --write: orders and tickets are placed, looked at, and taken back.

A story's steps are done when a check first asks for them, each once, and the story ends with `tidy`.
"""
