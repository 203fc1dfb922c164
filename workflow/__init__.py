"""The house: cases, their record and their deadlines; it alone knows the law and the post."""
