"""Letters: what a step has to tell, put into words, in each reader's language, one row for each reader.

compose.py     a Post and its recipients -> rows of models.Letter
matter.py      what the letters of a post are about: case, round, names, meetings
words.py       the same, said in one language to one member
telling.py     `what` of each template, in words
keeping.py     `what` kept beside a letter, so that one that waits can be written again
"""

from workflow.letters.compose import compose

__all__ = ["compose"]
