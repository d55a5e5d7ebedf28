"""Rules of the group dependencies: one file each, named as the rule is."""
