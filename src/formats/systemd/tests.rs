use super::*;
use crate::facts::Role;

fn program(text: &str) -> Program {
    let mut programs = extract("deploy/web.service", &format!("[Service]\n{text}\n")).programs;
    assert_eq!(programs.len(), 1, "{text}");
    programs.remove(0)
}

fn lines(program: &Program) -> Vec<String> {
    let line = |command: &Command| {
        let words: Vec<_> = command.words.iter().map(|word| word.text.as_str()).collect();
        words.join("|")
    };
    program.commands.iter().map(line).collect()
}

#[test]
fn a_service_is_a_program() {
    let text = "[Unit]\nDescription=x\nExecStart=/no\n[Service]\nUser=app\nWorkingDirectory=-/srv/app\n\
                EnvironmentFile=/etc/app.env\nEnvironmentFile=-/etc/%p.env\n\
                Environment=A=1 \"B=x y\" 'PYTHONPATH=%h/lib'\nExecStart=/usr/bin/python3 \\\n  # why\n  -m app\n\
                StandardOutput=append:/var/log/%N.log\nStandardError=journal\n";
    let facts = extract("deploy/web.service", text);
    let program = &facts.programs[0];
    assert_eq!(
        (program.name.as_str(), program.manager),
        ("web", Manager::Systemd)
    );
    assert_eq!(program.command.as_ref().unwrap().value, "/usr/bin/python3 -m app");
    assert_eq!(lines(program), ["/usr/bin/python3|-m|app"]);
    let directory = program.directory.as_ref().unwrap();
    assert_eq!(
        (directory.value.as_str(), directory.span.text(text)),
        ("/srv/app", "/srv/app")
    );
    let environment: Vec<_> = program
        .environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.value.as_str()))
        .collect();
    assert_eq!(
        environment,
        [("A", "1"), ("B", "x y"), ("PYTHONPATH", "/home/app/lib")]
    );
    assert_eq!(program.variable("B").unwrap().span.text(text), "x y");
    let files: Vec<_> = program
        .environment_files
        .iter()
        .map(|file| {
            (
                file.path.value.as_str(),
                file.path.span.text(text),
                file.is_optional,
            )
        })
        .collect();
    assert_eq!(
        files,
        [
            ("/etc/app.env", "/etc/app.env", false),
            ("/etc/web.env", "/etc/%p.env", true)
        ]
    );
    assert_eq!(program.logs[0].value, "/var/log/web.log");
    assert_eq!(program.logs[0].span.text(text), "/var/log/%N.log");
    assert_eq!(program.logs.len(), 1);
    assert_eq!(program.user.as_ref().unwrap().value, "app");
    assert_eq!(facts.variables.len(), 3);
}

#[test]
fn lists_grow_and_are_emptied() {
    let text = "ExecStart=/a\nExecStart=\nExecStart=/b x\nExecStart=/c ; /d\nExecStartPre=/never\nExecStartPre=\n\
                ExecStartPre=-/e\nExecStartPre=/f\nUser=one\nUser=two\nEnvironment=A=1\nEnvironment=\nEnvironment=B=2";
    let program = program(text);
    assert_eq!(lines(&program), ["/e", "/f", "/b|x", "/c", "/d"]);
    let conditional: Vec<_> = program
        .commands
        .iter()
        .map(|command| command.is_conditional)
        .collect();
    assert_eq!(conditional, [true, false, false, false, false]);
    assert_eq!(program.user.as_ref().unwrap().value, "two");
    assert_eq!(program.environment.len(), 1);
    assert_eq!(program.command.as_ref().unwrap().value, "/b x");
}

/// What `systemd-analyze verify` of systemd 252 says of these lines.
#[test]
fn words_are_systemds() {
    for (line, words) in [
        ("-@/bin/x argv0 \"a b\"", "/bin/x|a b"),
        ("/bin/t\"ru\"ex a", "/bin/truex|a"),
        ("/bin/x \\q '' a\\x41\\101\\s", "/bin/x|\\q||aAA "),
        (":/bin/x ${A} $$", "/bin/x|${A}|$$"),
        ("/bin/x ${A}c $A $B $$C a%%b", "/bin/x|1 2c|1|2|$B|$C|a%b"),
        ("+!!/bin/sh -c 'cd /a && python b.py'", "cd|/a;python|b.py"),
        ("/bin/x \"never closed", ""),
    ] {
        let program = program(&format!("Environment=\"A=1 2\"\nExecStart={line}"));
        assert_eq!(lines(&program).join(";"), words, "{line}");
    }
}

#[test]
fn what_systemd_refuses_is_a_mistake() {
    for (line, count) in [
        ("ExecStart=/x 'a", 1),
        ("ExecStart=-/x 'a", 0),
        ("ExecStart=/x 'a'", 0),
        ("ExecStart=/x\nExecStartPre=+/y \"", 1),
        ("ExecStart=/x\nEnvironment=A='", 0),
        ("ExecStart=/x\nExecStart=/y", 1),
        ("Type=oneshot\nExecStart=/x\nExecStart=/y", 0),
        ("ExecStart=/x\nExecStart=\nExecStart=/y", 0),
    ] {
        let facts = extract("a.service", &format!("[Service]\n{line}\n"));
        assert_eq!(facts.problems.len(), count, "{line}");
    }
}

#[test]
fn specifiers_are_put_in_as_far_as_they_are_known() {
    for (path, line, wanted) in [
        (
            "web.service",
            "%n %N %p %u %h %t",
            "web.service web web root /root /run",
        ),
        ("web@.service", "%i %I %n %p", "%i %I %n web"),
        ("web@a-b.service", "%i %I %n", "a-b a/b web@a-b.service"),
        ("systemd/user/web.service", "%h %N", "%h web"),
        ("web.service", "%z %", "%z %"),
    ] {
        let facts = extract(path, &format!("[Service]\nExecStart=/bin/x {line}\n"));
        let program = &facts.programs[0];
        assert_eq!(
            program.command.as_ref().unwrap().value,
            format!("/bin/x {wanted}"),
            "{path}"
        );
        let literal = program.commands[0]
            .words
            .iter()
            .all(|word| word.is_literal || word.text.contains('%'));
        assert!(literal, "{path}");
    }
    let template = program("ExecStart=/bin/x {{ app }}");
    let ignored = program("WorkingDirectory=-rel\nExecStart=/x");
    assert!(ignored.directory.is_none());
    assert!(template.commands[0].words.iter().all(|word| !word.is_literal));
    let open = program("ExecStart=/bin/x %z fine");
    let literal: Vec<_> = open.commands[0]
        .words
        .iter()
        .map(|word| word.is_literal)
        .collect();
    assert_eq!(literal, [true, false, true]);
    assert_eq!(
        program("WorkingDirectory=~\nExecStart=/x")
            .directory
            .unwrap()
            .value,
        "/root"
    );
}

#[test]
fn only_services_that_start_something_are_programs() {
    assert!(
        extract("a.timer", "[Service]\nExecStart=/x\n")
            .programs
            .is_empty()
    );
    assert!(
        extract("a.service", "[Service]\nExecStart=\n")
            .programs
            .is_empty()
    );
    assert!(extract("a.service", "ExecStart=/x\n").programs.is_empty());
}

#[test]
fn values_are_kept() {
    let facts = extract("a.service", "# /no\n[Service]\nExecStart=/usr/bin/x -y");
    let value = &facts.values[0];
    assert_eq!(
        (value.text.as_str(), value.role, value.name.as_deref()),
        ("/usr/bin/x -y", Role::Assigned, Some("ExecStart"))
    );
}

#[test]
fn hostile_text_is_read() {
    for text in [
        "",
        "\\",
        "ExecStart",
        "ExecStart=@",
        "ExecStart=-@:+!|",
        "ExecStart=@/x",
        "ExecStart=;",
        "ExecStart=; ;",
        "ExecStart=\"",
        "ExecStart=\\x",
        "ExecStart=/x \\xé \\u00 \\U0011FFFF \\777 %é %",
        "ExecStart=/x\nEnvironment=\"é=é\nEnvironment==\nEnvironment=A\nEnvironmentFile=-\nWorkingDirectory=-",
        "ExecStart=/x\nStandardOutput=append:\nStandardOutput=:",
        "ExecStart=/x $ ${ ${} $é ${é}",
        "é=é\\\n\u{85}=\u{a0}",
    ] {
        extract("a@\\x2.service", &format!("[Service]\n{text}"));
        extract("@.service", &format!("[Service]\n{text}\\"));
    }
    let begin = std::time::Instant::now();
    let many = "ExecStart=/x a\\\n\nExecStartPre=/y ;\n".repeat(3_000);
    extract("a.service", &format!("[Service]\n{many}"));
    assert!(begin.elapsed().as_secs() < 20);
}
