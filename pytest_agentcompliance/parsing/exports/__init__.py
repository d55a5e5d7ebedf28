"""What a module of TypeScript, JavaScript, Python or Go exports, and the shape of each thing."""
