"""Rules of the group testing: one file each, named as the rule is."""
