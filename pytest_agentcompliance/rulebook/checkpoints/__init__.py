"""Rules of the group checkpoints: one file each, named as the rule is."""
