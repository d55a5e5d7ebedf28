"""Rules of the group documentation: one file each, named as the rule is."""
