"""Rules of the group compat: one file each, named as the rule is."""
