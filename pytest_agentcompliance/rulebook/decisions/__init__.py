"""Rules of the group decisions: one file each, named as the rule is."""
