"""What must hold for the project as a whole."""

import importlib.metadata
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from states.chart import draw
from states.reader import load
from workflow import config

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINNED_LINE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([0-9][A-Za-z0-9.!+]*)")
TOP_LEVEL = {
    ".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "config.toml",
    "constraints.txt", "docs", "notifications", "pyproject.toml", "states", "tests", "workflow",
}  # fmt: skip


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """Every file that belongs to the project: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("only a git work tree can say which files belong to the project")
    return [ROOT / name for name in sorted(set(listed.stdout.split("\0"))) if (ROOT / name).is_file()]


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    matches = [PINNED_LINE.fullmatch(line) for line in lines]
    return {canonicalize_name(match[1]): match[2] for match in matches if match}


def asked_for() -> list[Requirement]:
    extras = PROJECT["project"]["optional-dependencies"].values()
    texts = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    return [Requirement(text) for text in [*texts, *(text for extra in extras for text in extra)]]


def test_the_constraints_hold_names_and_versions_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if not PINNED_LINE.fullmatch(line)] == []
    assert len(lines) == len(constraints())


def test_every_dependency_asked_for_is_pinned_to_a_version_that_fits() -> None:
    pinned = constraints()
    unfit = [
        str(asked)
        for asked in asked_for()
        if not asked.specifier.contains(pinned.get(canonicalize_name(asked.name), "0"))
    ]

    assert unfit == []


def test_what_the_dependencies_need_themselves_is_pinned_too() -> None:
    pinned = constraints()
    open_names = [(asked.name, frozenset(asked.extras)) for asked in asked_for()]
    seen = set(open_names)
    while open_names:
        name, extras = open_names.pop()
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # an extra that is not installed here
        for need in map(Requirement, needs):
            applies = need.marker is None or any(need.marker.evaluate({"extra": e}) for e in (*extras, ""))
            found = (need.name, frozenset(need.extras))
            if applies and found not in seen:
                seen.add(found)
                open_names.append(found)

    assert sorted({canonicalize_name(name) for name, _ in seen} - set(pinned)) == []


def test_no_file_names_the_address_of_a_package_index(files: list[Path]) -> None:
    address = re.compile(r"https?://[^\s\"']*(?:pypi|pythonhosted|/simple\b|registry\.)|-index[-]url")

    assert [path.relative_to(ROOT).as_posix() for path in files if address.search(text_of(path))] == []


def test_only_the_clock_asks_for_the_time() -> None:
    asking = re.compile(
        r"datetime\.now|utcnow|\bdate(time)?\.today\(|\btime\.time(_ns)?\(|\bfunc\.now|CURRENT_TIMESTAMP|now\(\)\s*\)?\s*[\"']"
    )
    files = [
        path for package in ("states", "notifications", "workflow") for path in (ROOT / package).rglob("*.py")
    ]
    found = {path.relative_to(ROOT).as_posix() for path in files if asking.search(text_of(path))}

    assert found == {"workflow/clock.py"}


def test_the_settings_file_names_every_key_commented_with_its_default() -> None:
    text = text_of(ROOT / "config.toml")
    uncommented = re.sub(r"^# (?=[a-z_]+ = )", "", text, flags=re.MULTILINE)
    defaults = config.Settings().model_dump(mode="json")

    assert {name: table for name, table in tomllib.loads(text).items() if table} == {}
    assert tomllib.loads(uncommented) == defaults


def test_the_settings_file_explains_every_key() -> None:
    lines = text_of(ROOT / "config.toml").splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"# [a-z_]+ = ", line)]

    assert [lines[number] for number in keys if not lines[number - 1].startswith("# ")] == []
    assert len(keys) == len(config.keys())


def test_the_readme_shows_the_drawing_that_the_command_prints() -> None:
    drawing = draw(load("ramsar-private"), "words")

    assert drawing in text_of(ROOT / "README.md")


def test_the_top_level_holds_only_what_was_agreed(files: list[Path]) -> None:
    assert {path.relative_to(ROOT).parts[0] for path in files} - TOP_LEVEL == set()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
