"""How a change hides from an audit: each attack on a real repository, and beside each family honest twins that must stay silent."""
