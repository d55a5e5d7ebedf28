"""What a released package offers to others, at both ends of a change, and what of it was removed, changed or added."""
