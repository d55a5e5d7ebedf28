"""Rules of the group api: one file each, named as the rule is."""
