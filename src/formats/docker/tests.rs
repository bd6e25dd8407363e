use super::*;
use crate::facts::Role;

fn program(text: &str) -> Program {
    extract("Dockerfile", text).programs.remove(0)
}

fn words(program: &Program) -> Vec<String> {
    let last = program.commands.last().unwrap();
    last.words.iter().map(|word| word.text.clone()).collect()
}

fn placed(program: &Program) -> Vec<(&str, &str)> {
    let places = program.placements.iter();
    places
        .map(|place| (place.from.as_str(), place.to.as_str()))
        .collect()
}

#[test]
fn the_last_stage_is_what_starts() {
    let text = "ARG PY=3.11\nFROM node:20 AS ui\nRUN npm ci\nCMD [\"npm\"]\n\
                FROM python:${PY}-slim AS base\nWORKDIR /srv\nENV A=1 \\\n    # why\n    B=2\nENV PYTHONPATH=\"/srv/lib:$A\"\n\
                COPY --from=ui /dist ./static\nFROM base\nWORKDIR app\nCOPY requirements.txt ./\nCOPY backend .\n\
                COPY --chown=a:a . /code/\nUSER app:app\nCMD [\"python\", \"main.py\"]\n";
    let program = program(text);
    assert_eq!(program.name, "docker");
    assert_eq!(program.python.as_ref().unwrap().value, "3.11");
    assert_eq!(program.directory.as_ref().unwrap().value, "/srv/app");
    assert_eq!(program.directory.as_ref().unwrap().span.text(text), "app");
    assert_eq!(program.variable("PYTHONPATH").unwrap().value, "/srv/lib:1");
    assert_eq!(program.user.as_ref().unwrap().value, "app");
    assert_eq!(words(&program), ["python", "main.py"]);
    assert_eq!(
        program.command.as_ref().unwrap().span.text(text),
        "[\"python\", \"main.py\"]"
    );
    assert_eq!(
        placed(&program),
        [
            ("requirements.txt", "/srv/app/requirements.txt"),
            ("backend", "/srv/app"),
            (".", "/code")
        ]
    );
    assert!(program.in_container && program.autostart);
}

#[test]
fn tags_tell_the_version() {
    for (image, version) in [
        ("python:3.11.4-bookworm", Some("3.11.4")),
        ("docker.io/library/python:3.12@sha256:abc", Some("3.12")),
        ("python:3", None),
        ("python", None),
        ("python:slim", None),
        ("host:5000/x/python:3.9-alpine", Some("3.9")),
        ("ghcr.io/astral-sh/uv:python3.12-bookworm-slim", Some("3.12")),
        ("ubuntu:22.04", None),
        ("python:${X}", None),
        ("python:${X:-3.10}-slim", Some("3.10")),
    ] {
        let found = program(&format!("FROM {image}\nCMD x\n")).python;
        assert_eq!(found.map(|found| found.value).as_deref(), version, "{image}");
    }
}

#[test]
fn entry_point_and_command_are_one_line() {
    for (text, wanted) in [
        ("ENTRYPOINT [\"python\"]\nCMD [\"a.py\"]", vec!["python", "a.py"]),
        ("CMD [\"a.py\"]\nENTRYPOINT [\"python\"]", vec!["python", "a.py"]),
        ("ENTRYPOINT python b.py\nCMD [\"x\"]", vec!["python", "b.py"]),
        ("CMD cd /a && exec python c.py", vec!["exec", "python", "c.py"]),
        ("CMD [\"sh\", \"-c\", \"python d.py\"]", vec!["python", "d.py"]),
        ("cmd python f.py\nCMD python g.py", vec!["python", "g.py"]),
        (
            "ENTRYPOINT [\"w\"]\nCMD python h.py",
            vec!["w", "/bin/sh", "-c", "python h.py"],
        ),
    ] {
        let program = program(&format!("FROM x\n{text}\n"));
        assert_eq!(words(&program), wanted, "{text}");
    }
    let broken = program("FROM x\nCMD ['python', 'e.py']\n");
    assert!(!broken.commands.is_empty(), "no JSON: a shell reads it");
    let below = "FROM x AS a\nCMD [\"one\"]\nFROM a\nENTRYPOINT [\"two\"]\n";
    assert_eq!(words(&program(below)), ["two"]);
    let none = program("FROM python:3.11\nCOPY . .\n");
    assert!(!none.autostart && none.command.is_none());
    assert_eq!(placed(&none), [(".", "/")]);
}

#[test]
fn copies_land_where_docker_puts_them() {
    let text = "FROM x\nCOPY a.py .\nWORKDIR /app\nCOPY main.py conf/x.ini /app\nCOPY *.py ./\nCOPY run.sh /usr/local/bin\n\
                COPY run.sh /entry\nCOPY [\"my dir\", \"/my dir\"]\nCOPY ./src/ ./src/\nADD https://x/y /z\n\
                COPY <<EOF /made\nCMD [\"no\"]\nEOF\nCOPY ../up ../up\n";
    assert_eq!(
        placed(&program(text)),
        [
            ("main.py", "/app/main.py"),
            ("conf/x.ini", "/app/x.ini"),
            ("*.py", "/app/*.py"),
            ("run.sh", "/usr/local/bin/run.sh"),
            ("run.sh", "/entry"),
            ("my dir", "/my dir"),
            ("src", "/app/src"),
            ("up", "/up"),
        ]
    );
}

#[test]
fn an_earlier_stage_hands_the_tree_on() {
    let text = "FROM python:3.11 AS build\nWORKDIR /src\nCOPY . .\nFROM node AS ui\nCOPY web /web\n\
                FROM python:3.11-slim\nCOPY --from=build /src /app\nCOPY --from=1 /web/pages /app/static\n\
                COPY --from=BUILD /src/api/main.py /srv/\nCOPY --from=build /usr/lib /usr/lib\nCOPY --from=build /src/.venv /src/.venv\n\
                COPY --from=nginx /etc /etc\nWORKDIR /app\n";
    assert_eq!(
        placed(&program(text)),
        [
            (".", "/app"),
            ("web/pages", "/app/static"),
            ("api/main.py", "/srv/main.py")
        ]
    );
}

#[test]
fn names_come_from_folders() {
    for (path, name) in [
        ("Dockerfile", "docker"),
        ("api/Dockerfile", "api"),
        ("Dockerfile.worker", "docker-worker"),
        ("x/api/worker.Dockerfile", "api-worker"),
        ("Containerfile", "docker"),
    ] {
        assert_eq!(name_of(path), name);
        assert!(is_dockerfile(
            &path.rsplit('/').next().unwrap().to_ascii_lowercase()
        ));
    }
    assert!(!is_dockerfile("dockerfile.dockerignore"));
    assert!(!is_dockerfile("dockerfiles"));
}

#[test]
fn a_dockerfile_installs_requirements() {
    let text =
        "RUN apt-get update && \\\n    pip install --no-cache-dir \\\n      'a>=1' b==2 \\\n && rm -rf /x\n";
    let facts = extract("Dockerfile", text);
    let names: Vec<_> = facts
        .requirements
        .iter()
        .map(|found| found.span.text(text))
        .collect();
    assert_eq!(names, ["a>=1", "b==2"]);
}

#[test]
fn values_keep_their_names() {
    let facts = extract("Dockerfile", "FROM x\nENV A=/srv\n");
    let value = &facts.values[0];
    assert_eq!(
        (value.text.as_str(), value.role, value.name.as_deref()),
        ("/srv", Role::Assigned, Some("A"))
    );
    let old = program("FROM x\nENV GREETING hello  world\n");
    assert_eq!(old.variable("GREETING").unwrap().value, "hello  world");
}

#[test]
fn a_backtick_may_continue_lines() {
    let text = "# escape=`\nFROM x\nCMD python `\n  C:\\a.py\n";
    assert_eq!(
        program(text).command.unwrap().value,
        "python C:\\a.py",
        "a backslash is a letter"
    );
}

#[test]
fn hostile_text_is_read() {
    for text in [
        "",
        "FROM",
        "FROM --platform=x",
        "CMD",
        "FROM x\nCMD",
        "FROM x\nCMD [",
        "FROM x\nENV =\nENV A\nENV A=\"\\",
        "FROM x\nCOPY\nCOPY a\nCOPY [] \nCOPY --from=\nCOPY é \u{e9}/",
        "FROM x\nWORKDIR ../../..\nWORKDIR $\nWORKDIR ${\nWORKDIR ${é}",
        "RUN \\",
        "FROM x\nRUN <<EOF\n",
        "FROM a AS a\nFROM a AS a\nFROM a\n",
        "\u{feff}FROM x",
        "# escape=`",
        "FROM x\nARG\nARG =",
    ] {
        extract("Dockerfile", text);
    }
    let begin = std::time::Instant::now();
    extract("Dockerfile", &"FROM a AS a\nCOPY x /y\n".repeat(20_000));
    extract("Dockerfile", &"ENV A=$A\n".repeat(20_000));
    extract(
        "Dockerfile",
        &format!("FROM x\nENV A=x\n{}", "ENV A=$A$A\n".repeat(2_000)),
    );
    extract(
        "Dockerfile",
        &format!("FROM x\n{}", "COPY x /y/\n".repeat(20_000)),
    );
    let many = "COPY a /y/\n".repeat(5_000);
    let again = "COPY --from=a / /z\n".repeat(5_000);
    extract("Dockerfile", &format!("FROM x AS a\n{many}FROM y\n{again}"));
    assert!(begin.elapsed().as_secs() < 20);
}

#[test]
fn variables_stand_where_they_are_named() {
    let text = "FROM x\nENV A=\"b c\" \\\n  LONG=d\nENV OLD  e f \n";
    let facts = extract("Dockerfile", text);
    let names: Vec<_> = facts
        .variables
        .iter()
        .map(|variable| variable.span.text(text))
        .collect();
    assert_eq!(names, ["A", "LONG", "OLD"]);
    let values: Vec<_> = facts.programs[0]
        .environment
        .iter()
        .map(|(_, value)| (value.value.as_str(), value.span.text(text)))
        .collect();
    assert_eq!(values, [("b c", "\"b c\""), ("d", "d"), ("e f", "e f")]);
}
