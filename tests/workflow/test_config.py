"""Promises about settings: where they come from, what wins, and how mistakes are told."""

import stat
from pathlib import Path

import pytest

from workflow import config


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path | None = None, **environ: str) -> tuple[str, ...]:
    with pytest.raises(config.ConfigError) as refused:
        config.load(path, environ=environ)
    return refused.value.faults


def test_without_any_settings_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert config.load(environ={}) == config.Settings()


def test_the_file_in_the_current_folder_is_read_when_there_is_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "config.toml", "[mail]\nport = 25")

    assert config.load(environ={}) == config.Settings(mail=config.Mail(port=25))


def test_a_secret_file_wins_over_the_file_and_the_environment_over_both(tmp_path):
    path = write(tmp_path / "a.toml", '[mail]\nhost = "file"\nusername = "file"\npassword = "file"')
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    write(credentials / "mail.username", "secret file\n")
    write(credentials / "mail.password", "secret file\n")
    environ = {"CREDENTIALS_DIRECTORY": str(credentials), "ASSENT_MAIL__PASSWORD": "environment"}

    mail = config.load(path, environ=environ).mail

    assert (mail.host, mail.username, mail.password) == ("file", "secret file", "environment")


def test_the_environment_may_name_the_file(tmp_path):
    path = write(tmp_path / "a.toml", "[sweep]\nbatch = 7")

    assert config.load(environ={"ASSENT_CONFIG": str(path)}).sweep.batch == 7


def test_a_list_is_written_with_commas_in_the_environment():
    environ = {"ASSENT_INSTALLATION__DRY_RUN_ALLOW": "*@example.org, one@example.net"}

    assert config.load(environ=environ).installation.dry_run_allow == ("*@example.org", "one@example.net")


def test_a_named_file_that_is_missing_is_an_error_and_not_the_defaults(tmp_path):
    path = tmp_path / "none.toml"
    said = (f"{path}: there is no such settings file. Correct --config or ASSENT_CONFIG.",)

    assert (faults(path), faults(ASSENT_CONFIG=str(path))) == (said, said)


# what the file says, and what Assent answers after "<file>: "
MISTAKES = [
    ("[mial]\nport = 25", "unknown section 'mial', did you mean 'mail'?"),
    ("[mail]\nprot = 25", "mail: unknown key 'prot', did you mean 'port'?"),
    ("[law]\nzzz = 1", "law: unknown key 'zzz'. Known are: folder."),
    ("mail = 25", "mail is a section. Write [mail] and its keys on the lines below."),
    ('[mail]\nport = "many"', "mail.port: must be a whole number, not 'many'."),
    ("[mail]\nport = 70000", "mail.port: must be 65535 or less, not 70000."),
    ("[mail]\nconnections = 0", "mail.connections: must be 1 or more, not 0."),
    ('[mail]\ntls = "ssl"', "mail.tls: must be 'starttls', 'tls' or 'none', not 'ssl'."),
    ("[mail]\nhost = 5", "mail.host: must be a text in quotation marks, not 5."),
    ('[secretariat]\ncountry = "Swiss"',
     "secretariat.country: must be the two capital letters of a country, not 'Swiss'."),
    ('[installation]\nbase_url = "example.org"',
     "installation.base_url: must begin with http:// or https:// and end without a slash,"
     " not 'example.org'."),
    ('[database]\nurl = "mysql://h/n"',
     "database.url: names 'mysql', but Assent keeps its data in sqlite or postgresql."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "answer"), MISTAKES)
def test_a_mistake_in_the_file_is_told_with_its_place_and_a_remedy(tmp_path, text, answer):
    path = write(tmp_path / "a.toml", text)

    assert faults(path) == (f"{path}: {answer}",)


def test_a_mistake_in_the_environment_is_told_by_the_name_of_the_variable():
    assert faults(ASSENT_MAIL__PORT="many") == ("ASSENT_MAIL__PORT: must be a whole number, not 'many'.",)
    assert faults(ASSENT_MIAL__PORT="25") == (
        "environment: unknown variable 'ASSENT_MIAL__PORT', did you mean 'ASSENT_MAIL__PORT'?",
    )


def test_a_secret_file_with_an_unknown_name_is_told(tmp_path):
    write(tmp_path / "mail.pasword", "hunter2")

    assert faults(CREDENTIALS_DIRECTORY=str(tmp_path)) == (
        f"{tmp_path / 'mail.pasword'}: no setting has the name of this file, did you mean 'mail.password'?",
    )


def test_all_mistakes_are_told_at_once(tmp_path):
    path = write(tmp_path / "a.toml", "[mail]\nprot = 25\n[swep]\nbatch = 1")

    assert faults(path, ASSENT_LAW__FOLDR="x") == (
        f"{path}: mail: unknown key 'prot', did you mean 'port'?",
        f"{path}: unknown section 'swep', did you mean 'sweep'?",
        "environment: unknown variable 'ASSENT_LAW__FOLDR', did you mean 'ASSENT_LAW__FOLDER'?",
    )


def test_a_file_that_is_not_toml_is_told_with_line_and_column(tmp_path):
    path = write(tmp_path / "a.toml", "[mail]\nhost = example.org")

    (fault,) = faults(path)

    assert fault.startswith(f"{path}: this is not TOML: ")
    assert "at line 2, column 8" in fault


def test_a_claim_may_not_end_before_its_letter_is_sent():
    assert faults(ASSENT_SWEEP__LEASE_S="60") == (
        "sweep.lease_s (60 s) must be longer than mail.timeout_s (60 s), or a slow letter is sent twice."
        " Raise one or lower the other.",
    )


def test_no_secret_is_ever_shown(tmp_path):
    settings = config.load(
        environ={
            "ASSENT_MAIL__PASSWORD": "hunter2",
            "ASSENT_INSTALLATION__SECRET": "hunter2",
            "ASSENT_DATABASE__URL": "postgresql://assent:hunter2@db/assent",
        }
    )
    refusal = faults(ASSENT_DATABASE__URL="mysql://assent:hunter2@db/assent")

    assert "hunter2" not in f"{settings!r} {settings} {refusal}"


def test_settings_cannot_be_changed_once_read():
    settings = config.Settings()

    with pytest.raises(ValueError, match="frozen"):
        settings.mail.port = 25  # type: ignore[misc]


def at(url: str, secret: str = "") -> config.Settings:
    return config.Settings(database=config.Database(url=url), installation=config.Installation(secret=secret))


def test_an_installation_makes_its_own_secret_once_and_keeps_it_to_itself(tmp_path):
    settings = at(f"sqlite:///{tmp_path / 'assent.db'}")

    first = config.secret(settings)

    assert config.secret(settings) == first
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in tmp_path.iterdir()] == [
        ("assent.secret", 0o600)
    ]


def test_two_installations_have_two_secrets(tmp_path):
    secrets = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        secrets.add(config.secret(at(f"sqlite:///{tmp_path / name / 'assent.db'}")))

    assert len(secrets) == 2


def test_a_chosen_secret_is_used_when_it_is_long_enough():
    assert config.secret(at("sqlite:///x.db", "s" * 32)) == b"s" * 32
    with pytest.raises(config.ConfigError, match="has 31 characters, too few"):
        config.secret(at("sqlite:///x.db", "s" * 31))


def test_machines_that_share_a_database_must_be_given_their_secret():
    with pytest.raises(config.ConfigError, match="ASSENT_INSTALLATION__SECRET"):
        config.secret(at("postgresql://db/assent"))


def test_a_damaged_secret_is_never_replaced_in_silence(tmp_path):
    write(tmp_path / "assent.secret", "")

    with pytest.raises(config.ConfigError, match=r"Restore the file from a backup\."):
        config.secret(at(f"sqlite:///{tmp_path / 'assent.db'}"))
