"""Rules of the group files: one file each, named as the rule is."""
