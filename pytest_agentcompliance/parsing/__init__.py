"""Pure readers of text that several rooms share; nothing here knows a rule."""
