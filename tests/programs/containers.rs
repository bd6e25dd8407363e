//! Containers: what of the tree is in them, and what they run.

use super::{programs, project, stages};

#[test]
fn a_container_has_the_tree_where_it_was_put() {
    let found = programs(&[
        (
            "api/Dockerfile",
            "FROM python:3.11-slim\nWORKDIR /srv/app\nCOPY requirements.txt .\nCOPY . .\n\
             COPY start.sh /start.sh\nENV PYTHONPATH=/srv/app/lib\nENTRYPOINT [\"/start.sh\"]\nCMD [\"python\", \"main.py\"]\n",
        ),
        ("api/requirements.txt", ""),
        ("api/main.py", ""),
        ("api/lib/x.py", ""),
        (
            "api/start.sh",
            "#!/bin/sh\nset -e\npython -m lib.x\nexec \"$@\"\n",
        ),
    ]);
    assert_eq!(
        found,
        ["docker api: module lib.x main in api with api/lib + script api/main.py in api with api/lib"]
    );
}

#[test]
fn a_service_takes_over_what_it_leaves_to_its_image() {
    let dockerfile = "FROM python:3.11\nWORKDIR /app\nCOPY . .\nENV PYTHONPATH=/app/lib\nCMD python web.py\n";
    let files = [
        (
            "docker-compose.yml",
            "services:\n  web:\n    build: ./back\n  work:\n    build: ./back\n    command: python -m jobs\n  \
             db:\n    image: postgres:16\n    command: python x.py\n  \
             cron:\n    image: python:3.9\n    volumes: ['./back:/code']\n    working_dir: /code\n    command: python web.py\n",
        ),
        (
            "docker-compose.dev.yml",
            "services:\n  web:\n    build: ./back\n    command: python gone.py\n",
        ),
        ("back/Dockerfile", dockerfile),
        ("back/web.py", ""),
        ("back/jobs.py", ""),
        ("back/lib/x.py", ""),
    ];
    assert_eq!(
        programs(&files),
        [
            "compose web: script back/web.py in back with back/lib",
            "compose work: module jobs main in back with back/lib",
            "compose db: ",
            "compose cron: script back/web.py in back",
        ]
    );
    let versions: Vec<u32> = project(&files)
        .programs()
        .map(|(_, program)| program.python.minor)
        .collect();
    assert_eq!(versions, [11, 11, 11, 9]);
}

#[test]
fn parts_of_the_tree_that_are_put_side_by_side_are_found() {
    let found = programs(&[
        (
            "Dockerfile",
            "FROM python:3.11\nWORKDIR /app\nCOPY src /app/src\nCOPY run.py /app/run.py\nCMD [\"python\", \"run.py\"]\n",
        ),
        ("src/x.py", ""),
        ("run.py", ""),
    ]);
    assert_eq!(found, ["docker docker: script run.py"]);
}

#[test]
fn a_service_runs_its_command_behind_the_entry_point_of_its_image() {
    let compose =
        |service: &str| format!("services:\n  x:\n    build: {{context: ., target: app}}\n    {service}\n");
    let entry = "#!/bin/sh\nset -e\npython prepare.py\nexec \"$@\"\n";
    for (point, service, expected) in [
        ("[\"python\"]", "command: web.py", "script web.py"),
        (
            "[\"python\", \"-m\", \"jobs\"]",
            "command: --fast",
            "module jobs main",
        ),
        ("[\"tini\", \"--\"]", "command: python web.py", "script web.py"),
        ("[\"python\"]", "entrypoint: python jobs.py", "script jobs.py"),
        ("[\"python\", \"jobs.py\"]", "working_dir: /app", "script jobs.py"),
        ("python jobs.py", "command: python web.py", "script jobs.py"),
        (
            "[\"/app/entry.sh\"]",
            "command: python web.py",
            "script prepare.py + script web.py",
        ),
        (
            "[\"/app/entry.sh\"]",
            "command: sh -c 'python web.py'",
            "script prepare.py + script web.py",
        ),
    ] {
        let dockerfile = format!(
            "FROM python:3.11 AS app\nWORKDIR /app\nCOPY . .\nENTRYPOINT {point}\nFROM app AS test\nENTRYPOINT [\"pytest\"]\n"
        );
        let found = stages(&[
            ("docker-compose.yml", &compose(service)),
            ("Dockerfile", &dockerfile),
            ("entry.sh", entry),
            ("prepare.py", ""),
            ("web.py", ""),
            ("jobs.py", ""),
        ]);
        assert_eq!(found.join(" + "), expected, "{point} {service}");
    }
}

#[test]
fn what_a_build_leaves_out_does_not_reach_the_container() {
    let files = |ignore: &'static str, compose: &'static str| {
        programs(&[
            (".dockerignore", ignore),
            ("docker-compose.yml", compose),
            (
                "Dockerfile",
                "FROM python:3.11\nWORKDIR /app\nCOPY . .\nCMD [\"python\", \"jobs/run.py\"]\n",
            ),
            ("jobs/run.py", ""),
        ])
    };
    let plain = "services:\n  x:\n    build: .\n";
    let shown = "services:\n  x:\n    build: .\n    volumes: ['.:/app']\n";
    for (ignore, compose, is_there) in [
        ("jobs\n", plain, false),
        ("# jobs\n", plain, true),
        ("/jobs/\n", plain, false),
        ("*.py\n", plain, true),
        ("**/*.py\n", plain, false),
        ("*\n!jobs\n", plain, true),
        ("*\n!jobs/run.py\n", plain, true),
        ("*\n!other\n", plain, false),
        ("jobs\n", shown, true),
    ] {
        let mark = if is_there { "" } else { "?" };
        let expected = format!("compose x: script jobs/run.py{mark}");
        assert_eq!(files(ignore, compose), [expected], "{ignore}");
    }
}

#[test]
fn texts_in_a_dockerfile_are_commands_and_scripts() {
    let files = [
        (
            "Dockerfile",
            "FROM python:3.11\nWORKDIR /app\nCOPY app.py .\nRUN <<EOF\npip install flask\nEOF\n\
             COPY --chmod=755 <<'EOF' /start.sh\n#!/bin/sh\nset -e\npython app.py\nEOF\nENTRYPOINT [\"/start.sh\"]\n",
        ),
        ("app.py", "import flask\nimport yaml\n"),
    ];
    assert_eq!(programs(&files), ["docker docker: script app.py"]);
    let missing: Vec<_> = project(&files)
        .failures
        .iter()
        .map(|failed| failed.failure.module.clone())
        .collect();
    assert_eq!(missing, ["yaml"]);
}
