"""Rules of the group spec: one file each, named as the rule is."""
