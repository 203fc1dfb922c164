"""A law file is read whole, and everything wrong with it is told at once, with its line."""

import hashlib

import pytest

from states.faults import Places
from states.periods import Grace, Period
from states.procedure import Action, Alternative, Ask, Body, Deadline, State
from states.reader import ProcedureError, load, places, read, shipped
from tests.states.law_text import SMALL, changed, line_of


def told(text: str) -> list[str]:
    with pytest.raises(ProcedureError) as refused:
        read(text, "small.toml")
    return [str(fault) for fault in refused.value.faults]


def test_everything_the_file_says_is_in_the_records():
    p = read(SMALL, "small.toml")

    assert (p.id, p.edition, p.status, p.start, p.languages) == (
        "small",
        "2026",
        "in force",
        "draft",
        ("en", "fr"),
    )
    assert (p.grace, p.consent_valid) == (Grace.parse("09:00 next working day"), None)
    assert p.roles == {"officer": "Officer", "party": "Party", "clock": "What time brings"}
    assert p.bodies == {"committee": Body("committee", "Committee", quorum_share=(2, 3))}
    assert p.checklists == {"proposal": {"dossier": "the dossier"}}
    assert list(p.states) == ["draft", "open", "meeting", "agreed", "refused"]
    assert p.states["open"] == State(
        name="open",
        title="Open to objections",
        ask=Ask(
            of="all_parties",
            answers=("no_objection", "objection", "question"),
            rule="no_objection",
            within=Period(60, "days"),
            basis="Rule 3",
            silence="no_objection",
            closes="at deadline",
            letter="request",
            remind=(Period(14, "days"), Period(3, "days")),
            favour=("no_objection",),
            against=("objection",),
            question=("question",),
            question_extends=Period(10, "days"),
            returns_from=("meeting",),
            returns=Alternative("open", when=("not_decided",)),
        ),
        outcomes={
            "carried": (Alternative("agreed", notify={"officers": "result"}, marks=("cleared",)),),
            "defeated": (Alternative("meeting"),),
        },
    )
    assert p.states["meeting"].deadlines == (
        Deadline("talks", "Consultations", "Rule 4", "officer", within=Period(30, "days"), on_expiry="close"),
    )
    assert p.action("submit", "draft") == Action(
        name="submit",
        title="Submit",
        basis="Rule 2",
        by=("officer",),
        states=("draft",),
        when=("dossier_is_there",),
        checklist="proposal",
        to=(Alternative("open"),),
    )
    assert p.action("close", "meeting").to == (
        Alternative("agreed", when=("marked(cleared)",)),
        Alternative("refused"),
    )
    assert p.action("withdraw", "open").states == ("draft", "open", "meeting")
    assert (p.source, p.digest) == ("small.toml", hashlib.sha256(SMALL.encode()).hexdigest())


def test_one_name_may_be_two_actions_in_two_states():
    text = changed(
        (
            "[states.agreed]\n",
            '[states.meeting.actions.submit]\ntitle = "Again"\nby = "officer"\n[states.agreed]\n',
        )
    )

    assert [(a.title, a.states) for a in read(text).actions["submit"]] == [
        ("Submit", ("draft",)),
        ("Again", ("meeting",)),
    ]


def test_the_law_files_that_come_with_assent_are_found_and_read():
    assert "ramsar-private" in shipped()
    assert load("ramsar-private").id == "ramsar-private"
    assert load("ramsar-private") is load("ramsar-private")


def test_a_folder_of_ones_own_wins_over_what_is_shipped(tmp_path):
    (tmp_path / "small.toml").write_text(SMALL, "utf-8")
    (tmp_path / "ramsar-private.toml").write_text(SMALL, "utf-8")

    assert [load(name, tmp_path).id for name in ("small", "ramsar-private")] == ["small", "small"]
    assert load(tmp_path / "small.toml").id == "small"


def test_a_file_that_was_changed_is_read_again(tmp_path):
    file = tmp_path / "small.toml"
    file.write_text(SMALL, "utf-8")
    before = load(file)
    file.write_text(changed(('edition   = "2026"', 'edition   = "2027"')), "utf-8")

    assert (before.edition, load(file).edition) == ("2026", "2027")


def test_an_unknown_procedure_is_refused_with_the_nearest_one():
    with pytest.raises(
        ProcedureError,
        match=r"^ramsar-privat: there is no law file of that name, did you mean 'ramsar-private'\?$",
    ):
        load("ramsar-privat")


def test_a_file_that_is_not_there_is_refused_without_a_traceback():
    with pytest.raises(ProcedureError) as refused:
        load("nowhere.toml")

    assert str(refused.value) == (
        "nowhere.toml: the law file cannot be read: no such file or directory. Give the path of a law file."
    )


def test_a_file_that_is_not_utf_8_is_refused_with_the_line(tmp_path):
    (tmp_path / "latin.toml").write_bytes('id = "a"\ntitle = "Übung"\n'.encode("latin-1"))

    with pytest.raises(ProcedureError, match=r"latin\.toml:2: the file is not UTF-8\. Save it as UTF-8\."):
        read(tmp_path / "latin.toml")


# ------------------------------------------------------------------------------- one fault at a time

FAULTS = {
    "a misspelt key": (
        ('remind   = ["14', 'reminds  = ["14'),
        ("states.open.ask", "reminds"),
        "unknown key 'reminds', did you mean 'remind'?",
    ),
    "a misspelt key that is wanted is one fault, not two": (
        ('silence  = "no_objection"', 'silense  = "no_objection"'),
        ("states.open.ask", "silense"),
        "unknown key 'silense', did you mean 'silence'?",
    ),
    "a key that resembles none": (
        ('prefix    = "S"', 'prefix    = "S"\nwombat = 1'),
        ("", "wombat"),
        "unknown key 'wombat'. Use one of: actions, agreements, basis, bodies, calendar, checklists, "
        "consent_valid, consents_renewed_by, edition, framed_by, grace, groups and 18 more.",
    ),
    "a misspelt key of a way": (
        ('{ to = "agreed", when = ["marked(cleared)"] }', '{ to = "agreed", wenn = ["marked(cleared)"] }'),
        ("states.meeting.actions.close.to[1]", '{ to = "agreed", wenn'),
        "unknown key 'wenn', did you mean 'when'?",
    ),
    "a misspelt key of an action": (
        ('checklist = "proposal"', 'cheklist = "proposal"'),
        ("states.draft.actions.submit", "cheklist"),
        "unknown key 'cheklist', did you mean 'checklist'?",
    ),
    "a misspelt key of a deadline": (
        ('on_expiry = "close"', 'on_expire = "close"'),
        ("states.meeting.deadlines.talks", "on_expire"),
        "unknown key 'on_expire', did you mean 'on_expiry'?",
    ),
    "a misspelt key of a state": (
        ('target = "committee"', 'targets = "committee"'),
        ("states.meeting", "targets"),
        "unknown key 'targets', did you mean 'target'?",
    ),
    "a misspelt key of a body": (
        ('quorum_share = "2/3"', 'quorum_chair = "2/3"'),
        ("bodies.committee", "quorum_chair"),
        "unknown key 'quorum_chair', did you mean 'quorum_share'?",
    ),
    "an outcome that no rule can give": (
        ('defeated = { to = "meeting" }', 'defeeted = { to = "meeting" }'),
        ("states.open.outcomes", "defeeted"),
        "unknown key 'defeeted', did you mean 'defeated'?",
    ),
    "a key that is missing": (
        ('title = "Open to objections"\n', ""),
        ("states.open", "[states.open]"),
        "the key 'title' is missing. Add 'title'.",
    ),
    "a way without a state": (
        ('{ to = "refused" },', '{ when = "not_decided" },'),
        ("states.meeting.actions.close.to[2]", "{ when ="),
        "the key 'to' is missing. Add 'to'.",
    ),
    "an action of several states that names none": (
        ('in    = ["open"]\n', ""),
        ("actions.dispatch", "[actions.dispatch]"),
        "the key 'in' is missing. Add 'in'.",
    ),
    "a period in unknown units": (
        ('within   = "60 days"', 'within   = "6 weeks"'),
        ("states.open.ask.within", "within   ="),
        "'6 weeks' is not a period, did you mean '42 days'?",
    ),
    "a period that is no text": (
        ('within   = "60 days"', "within   = 60"),
        ("states.open.ask.within", "within   ="),
        "a text is wanted, not a whole number. Correct 'within'.",
    ),
    "a bad reminder": (
        ('"14 days", "3 days"', '"14 days", "soon"'),
        ("states.open.ask.remind[2]", "remind"),
        "'soon' is not a period: it must begin with a whole number. "
        "Write '60 days', '10 working days' or '3 months'.",
    ),
    "a bad grace": (
        ('"09:00 next working day"', '"9:00 next working day"'),
        ("grace", "grace"),
        "'9:00 next working day' is not a grace, did you mean '09:00 next working day'?",
    ),
    "a word that closes no window": (
        ('closes   = "at deadline"', 'closes   = "at the deadline"'),
        ("states.open.ask.closes", "closes"),
        "'at the deadline' is not a word for 'closes', did you mean 'at deadline'?",
    ),
    "a status that does not exist": (
        ('prefix    = "S"', 'prefix    = "S"\nstatus = "in forc"'),
        ("status", "status"),
        "'in forc' is not a word for 'status', did you mean 'in force'?",
    ),
    "a share above one": (
        ('quorum_share = "2/3"', 'quorum_share = "3/2"'),
        ("bodies.committee.quorum_share", "quorum_share"),
        "'3/2' is not a share. Write a fraction such as '2/3'.",
    ),
    "a flag in quotes": (
        ('title = "Agreed"\nfinal = true', 'title = "Agreed"\nfinal = "yes"'),
        ("states.agreed.final", 'final = "yes"'),
        "true or false is wanted, not a text. Correct 'final'.",
    ),
    "a number that is true": (
        ('closes   = "at deadline"', 'closes   = "at deadline"\nquorum = true'),
        ("states.open.ask.quorum", "quorum = true"),
        "a whole number is wanted, not true or false. Correct 'quorum'.",
    ),
    "a word twice in a list": (
        ('languages = ["en", "fr"]', 'languages = ["en", "en"]'),
        ("languages", "languages"),
        "'en' stands there twice. Remove one.",
    ),
    "a list of nothing": (
        ('by    = ["officer", "clock"]', "by    = []"),
        ("states.meeting.actions.close.by", "by    = []"),
        "'by' is empty. Name at least one.",
    ),
    "a list of numbers": (
        ('languages = ["en", "fr"]', "languages = [1, 2]"),
        ("languages", "languages"),
        'a text or a list of texts is wanted. Write "..." or ["...", "..."].',
    ),
    "a way that is a number": (
        ('to        = "open"', "to        = 7"),
        ("states.draft.actions.submit.to", "to        = 7"),
        'a state or a table with \'to\' is wanted. Write "state" or { to = "state" }.',
    ),
    "a table where a text belongs": (
        ('title = "Draft"', 'title = { en = "Draft" }'),
        ("states.draft.title", "title = { en"),
        "a text is wanted, not a table. Correct 'title'.",
    ),
    "a text where a table belongs": (
        ('[checklists.proposal]\ndossier = "the dossier"', '[checklists]\nproposal = "dossier"'),
        ("checklists.proposal", 'proposal = "dossier"'),
        "a table is wanted, not a text. Correct 'proposal'.",
    ),
    "a state that is called 'stays'": (
        ("[states.agreed]", '[states.stays]\ntitle = "S"\n[states.agreed]'),
        ("states.stays", "[states.stays]"),
        "'stays' cannot be the name of a state: it means that a case stays. Rename it.",
    ),
    "a state whose name is a sentence": (
        ("[states.agreed]", '[states."All agreed"]\ntitle = "S"\n[states.agreed]'),
        ("states.All agreed", '[states."All agreed"]'),
        "'All agreed' is not a plain name, did you mean 'all_agreed'?",
    ),
}


@pytest.mark.parametrize("fault", FAULTS, ids=list(FAULTS))
def test_a_fault_is_told_with_its_line_and_the_nearest_right_word(fault):
    change, (path, at), expected = FAULTS[fault]
    text = changed(change)
    where = f"small.toml:{line_of(text, at)}: " + (f"{path}: " if path else "")

    assert told(text) == [where + expected]


def test_all_faults_are_told_at_once_in_the_order_of_the_file():
    text = changed(
        ('remind   = ["14', 'reminds  = ["14'),
        ('within    = "30 days"', 'within    = "30 dayz"'),
        ('edition   = "2026"\n', ""),
        ('title = "Draft"', "title = 3"),
    )

    assert told(text) == [
        "small.toml: the key 'edition' is missing. Add 'edition'.",
        "small.toml:25: states.draft.title: a text is wanted, not a whole number. Correct 'title'.",
        "small.toml:48: states.open.ask: unknown key 'reminds', did you mean 'remind'?",
        "small.toml:67: states.meeting.deadlines.talks.within: '30 dayz' is not a period: "
        "the unit 'dayz' is not known, did you mean 'day'?",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'id = "a"\nid = "b"\n',
            "small.toml:2: not valid TOML: Cannot overwrite a value (column 9). "
            "The same key or table stands above: remove one.",
        ),
        (
            "[states.a]\n[states.a]\n",
            "small.toml:2: not valid TOML: Cannot declare ('states', 'a') twice (column 10). "
            "The same key or table stands above: remove one.",
        ),
        (
            'id = "a"\ntitle = Draft\n',
            "small.toml:2: not valid TOML: Invalid value (column 9). Correct it; nothing was read.",
        ),
    ],
)
def test_what_is_not_toml_is_refused_with_the_line(text, expected):
    assert told(text) == [expected]


# ------------------------------------------------------------------------------------ where things stand


def test_the_lines_of_keys_are_known_whatever_their_form():
    text = (
        "# title = 'not this'\n"
        'a.b = "x = [1] # no comment"\n'
        "[c]  # [not.this]\n"
        "list = [\n"
        "    { to = 1 },   # first\n"
        "    { to = 2, when = [\n"
        '        "third",\n'
        "    ] },\n"
        "]\n"
        'words = """\n'
        "fake = 1\n"
        '"""\n'
        "after = 1.5\n"
        '["d e".f]\n'
        "'g' = true\n"
        "[[many]]\n"
        "x = 1\n"
        "[[many]]\n"
        "x = 2\n"
    )
    where = Places.of("text", text)

    found = {
        path: where.line(path)
        for path in [
            ("a", "b"), ("c",), ("c", "list", 0, "to"), ("c", "list", 1), ("c", "list", 1, "when", 0),
            ("c", "words"), ("c", "after"), ("d e", "f"), ("d e", "f", "g"), ("many", 1, "x"),
        ]
    }  # fmt: skip

    assert found == {
        ("a", "b"): 2, ("c",): 3, ("c", "list", 0, "to"): 5, ("c", "list", 1): 6,
        ("c", "list", 1, "when", 0): 7, ("c", "words"): 10,
        ("c", "after"): 13, ("d e", "f"): 14, ("d e", "f", "g"): 15, ("many", 1, "x"): 19,
    }  # fmt: skip
    assert (where.line(("title",)), where.line(("c", "fake"))) == (0, 3)


def test_every_key_of_the_shipped_laws_is_found_on_its_own_line():
    for name, path in shipped().items():
        lines = path.read_text("utf-8").splitlines()
        known = places(load(name)).lines

        keys = {place: line for place, line in known.items() if isinstance(place[-1], str)}
        astray = {place: line for place, line in keys.items() if str(place[-1]) not in lines[line - 1]}
        assert (len(keys) > 100, astray) == (True, {})


def test_line_ends_of_windows_do_not_move_the_places(tmp_path):
    text = changed(('remind   = ["14', 'reminds  = ["14'))
    (tmp_path / "small.toml").write_bytes(text.replace("\n", "\r\n").encode())

    with pytest.raises(ProcedureError) as refused:
        read(tmp_path / "small.toml", "small.toml")

    assert [str(fault) for fault in refused.value.faults] == told(text)
