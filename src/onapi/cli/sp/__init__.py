"""What a service provider types: `onapi sp …`."""
