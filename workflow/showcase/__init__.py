"""The world of `assent demo`: an installation on a simulated clock, with cases in every state.

stories.py   what happens in each case: moment, who, what
stage.py     the installation: database, clock, mail catcher; lets time pass
"""

from workflow.showcase.stage import Stage
from workflow.showcase.stories import NOW, START, STORIES, Story

__all__ = ["NOW", "START", "STORIES", "Stage", "Story"]
