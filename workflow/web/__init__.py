"""Pages, forms and the API. They only show what `engine.perform` allows: one law file decides them all.

app.py        create_app(): routes, headers, errors told as pages
site.py       what every page has at hand: database, clock, settings
people.py     who is looking: sign-in, sessions, hand-over, impersonation
access.py     which roles may open which page
forms.py      what was sent: who may send it, in what size, and what it says
showing.py    templates, languages, dates in words
limits.py     how often a thing may be tried
"""

from workflow.web.app import create_app

__all__ = ["create_app"]
