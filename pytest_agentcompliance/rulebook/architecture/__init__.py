"""What the code's layers and names owe to one another."""
