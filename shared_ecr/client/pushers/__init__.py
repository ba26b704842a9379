"""What moves images to a registry: `native` speaks the protocol itself, `engine` asks a container engine."""
