use super::*;
use crate::formats::{json, yaml};

fn programs(text: &str) -> Vec<Program> {
    extract("deploy/ecosystem.config.js", text).programs
}

fn line(program: &Program) -> String {
    let words = program.commands.iter().flat_map(|command| &command.words);
    words.map(|word| word.text.as_str()).collect::<Vec<_>>().join("|")
}

#[test]
fn apps_of_a_script_are_programs() {
    let text = "const path = require('path');\nconst env = { A: 1, MODE: 'live' };\nconst base = { cwd: __dirname };\n\
                module.exports = {\n  // all\n  apps: [\n    { ...base, name: 'api', script: 'main.py', interpreter: \
                'python3', args: '--port 1', env: { ...env, B: `x-${env.MODE}`, C: process.env.C || 'y' },\n      \
                out_file: './logs/a.log', error_file: '/dev/null' },\n    { script: \"src/worker.py\", args: \
                [\"-v\", 2, f()], cwd: path.join(__dirname, 'back'), autostart: false },\n  ],\n};\n";
    let found = programs(text);
    assert_eq!(found.len(), 2);
    let api = &found[0];
    assert_eq!((api.name.as_str(), api.span.text(text)), ("api", "api"));
    assert_eq!(line(api), "python3|main.py|--port|1");
    assert_eq!(api.command.as_ref().unwrap().value, "python3 main.py --port 1");
    assert_eq!(api.command.as_ref().unwrap().span.text(text), "main.py");
    assert_eq!(api.directory.as_ref().unwrap().value, "deploy");
    let environment: Vec<_> = api
        .environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.value.as_str()))
        .collect();
    assert_eq!(environment, [("A", "1"), ("MODE", "live"), ("B", "x-live")]);
    assert_eq!(api.logs.len(), 1);
    let worker = &found[1];
    assert_eq!(worker.name, "worker");
    assert_eq!(line(worker), "python|src/worker.py|-v|2|$argument");
    assert!(!worker.commands[0].words[4].is_literal);
    assert_eq!(worker.directory.as_ref().unwrap().value, "deploy/back");
    assert!(!worker.autostart);
}

#[test]
fn the_interpreter_is_pm2s_choice() {
    for (app, wanted) in [
        ("script: 'a.py'", "python|a.py"),
        ("script: 'a.sh'", "bash|a.sh"),
        ("script: 'a.js'", "node|a.js"),
        ("script: 'gunicorn', args: 'app:app'", "gunicorn|app:app"),
        ("script: './run', interpreter: 'none'", "./run"),
        (
            "script: 'a.py', interpreter: 'venv/bin/python', interpreter_args: '-u'",
            "venv/bin/python|-u|a.py",
        ),
        ("script: 'a.py', interpreter: f()", "$interpreter|a.py"),
        ("script: 'cd x && python b.py'", "cd|x|python|b.py"),
        ("script: 'a' + '.py'", "python|a.py"),
    ] {
        let found = programs(&format!("export default {{ apps: [{{ {app} }}] }}"));
        assert_eq!(line(&found[0]), wanted, "{app}");
    }
}

#[test]
fn json_and_yaml_say_the_same() {
    let text = r#"{"apps": [{"name": "a", "script": "a.py"}]}"#;
    assert_eq!(
        line(&json::extract("ecosystem.json", text).programs[0]),
        "python|a.py"
    );
    let text = r#"{"script": "b.py", "env": {"A": true}}"#;
    let program = json::extract("process.json", text).programs.remove(0);
    assert_eq!(program.variable("A").unwrap().value, "true");
    let text = "apps:\n  - script: c.py\n    name: c\n";
    assert_eq!(yaml::extract("ecosystem.config.yml", text).programs[0].name, "c");
    assert!(
        json::extract("package.json", r#"{"script": "b.py"}"#)
            .programs
            .is_empty()
    );
    assert!(
        extract("src/app.js", "module.exports = {apps: [{script: 'a.py'}]}")
            .programs
            .is_empty()
    );
}

#[test]
fn hostile_scripts_are_read() {
    let bomb: Vec<_> = (0..40)
        .map(|at| format!("const a{} = [a{at}, a{at}, ...a{at}];", at + 1))
        .collect();
    let bomb = bomb.join("\n");
    for text in [
        "",
        "module.exports",
        "module.exports =",
        "module.exports = {apps: [{script: ''}]}",
        "module.exports = {apps: {script: 'a b'}}",
        "const a = a; module.exports = {apps: a}",
        "const a = {...a}; module.exports = {apps: [a]}",
        "module.exports = {apps: [{script: `é${`",
        "export default {apps: [,,{}], 'é': 1}",
        "\u{feff}module.exports = {apps: [{script: '\\u00e9'}]}",
        "module.exports = {apps: [{script: 'a', args: '\"'}]}",
    ] {
        programs(text);
        programs(&format!("{bomb}\n{text}\nmodule.exports = {{apps: a40}};"));
    }
    programs(&"[".repeat(100_000));
    programs(&format!("module.exports = {}1", "(1 + ".repeat(400)));
    programs(&format!("module.exports = {}", "a + ".repeat(50_000)));
}
