use super::*;
use crate::engine::{self, Progress};
use crate::target::Target;
use crate::tree::Memory;

#[test]
fn names_tell_whom_a_file_and_a_database_are_for() {
    for path in [
        "docker-compose.dev.yml",
        "settings/local.py",
        "staging.env",
        "deploy/CI/x.sh",
    ] {
        assert!(is_for_developers(path), "{path}");
    }
    for path in [
        "docker-compose.yml",
        "deploy/prod.env",
        "devices.py",
        "settings/latest.py",
    ] {
        assert!(!is_for_developers(path), "{path}");
    }
    assert!(is_beside("trades_test") && is_beside("read-replica") && is_beside("archive"));
    assert!(!is_beside("trades") && !is_beside("contest") && !is_beside(""));
    assert!(is_stand_in("your_database") && is_stand_in("username") && !is_stand_in("trades"));
}

#[test]
fn one_machine_has_many_names() {
    assert!(is_same_host("localhost", "127.0.0.1") && is_same_host("/run/postgresql", "::1"));
    assert!(
        is_same_host("DB", "db") && !is_same_host("db", "localhost") && !is_same_host("10.0.0.1", "10.0.0.2")
    );
}

/// What the trees below do not agree on: the part, and what is said of it.
fn parts(files: &[(&str, &str)]) -> Vec<(Field, String)> {
    let tree = Memory::new(files.iter().copied());
    let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
    let found = project.contradictions().into_iter();
    found
        .map(|one| (one.field, one.said.unwrap_or_default()))
        .collect()
}

#[test]
fn what_a_container_makes_is_compared_with_what_is_asked_of_it() {
    let compose = |database: &str, url: &str| {
        format!(
            "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_DB: {database}\n      POSTGRES_PASSWORD: \
             tide-tables-9\n  desk:\n    image: desk\n    environment:\n      DATABASE_URL: {url}\n"
        )
    };
    for (database, url, expected) in [
        (
            "trades",
            "postgresql://postgres:tide-tables-9@db:5432/trades",
            vec![],
        ),
        (
            "trades",
            "postgresql://postgres:tide-tables-9@elsewhere:5433/prices",
            vec![],
        ),
        (
            "trades",
            "postgresql://postgres:reef-knots-8@db/trades",
            vec![(Field::Password, "")],
        ),
        (
            "trades",
            "postgresql://trader@db:5433/prices",
            vec![
                (Field::Port, "5433"),
                (Field::Database, "prices"),
                (Field::User, "trader"),
            ],
        ),
        ("${DB}", "postgresql://postgres@db/prices", vec![]),
        ("trades", "postgresql://${USER}@db/${NAME}", vec![]),
    ] {
        let expected: Vec<(Field, String)> = expected
            .into_iter()
            .map(|(field, said)| (field, said.to_owned()))
            .collect();
        assert_eq!(
            parts(&[("docker-compose.yml", &compose(database, url))]),
            expected,
            "{database} {url}"
        );
    }
}

#[test]
fn hostile_documents_contradict_nothing() {
    for text in [
        "",
        "services: []",
        "services:\n  db:\n    image: []\n",
        "services:\n  db:\n    image: ':@/'\n",
    ] {
        assert!(parts(&[("docker-compose.yml", text)]).is_empty(), "{text}");
    }
    assert!(parts(&[("x.sh", "createdb\ncreateuser -\ncreatedb -O\n")]).is_empty());
}
