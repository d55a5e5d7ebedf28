"""Rules of the group artifacts: one file each, named as the rule is."""
