"""What happens next: orders that are due are worked on, step by step."""
