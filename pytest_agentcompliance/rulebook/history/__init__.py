"""Rules of the group history: one file each, named as the rule is."""
