"""A report for people, for build servers, and for programs."""
