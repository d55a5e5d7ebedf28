"""Rules of the group report: one file each, named as the rule is."""
