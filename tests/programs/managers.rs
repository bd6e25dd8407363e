//! Process managers: their processes, units, Procfiles, and what pip keeps from them.

use super::{programs, project};
use audit::engine;
use audit::engine::Progress;
use audit::target::Target;
use audit::tree::Memory;

#[test]
fn a_procfile_starts_where_it_is() {
    let found = programs(&[("web/Procfile", "web: python main.py\n"), ("web/main.py", "")]);
    assert_eq!(found, ["procfile web: script web/main.py in web"]);
}

/// The names of the programs that do not start when pip refuses the requirement of this name.
fn dead_without(refused: &str, files: &[(&str, &str)]) -> Vec<String> {
    let project = project(files);
    let asks = project.requirements.asks();
    let refused: Vec<_> = asks.iter().filter(|ask| ask.name == refused).collect();
    let programs = project.programs_without(&refused);
    let names = programs.iter().filter_map(|id| project.program(*id));
    names.map(|program| program.name.clone()).collect()
}

#[test]
fn pip_installs_all_of_a_file_or_nothing() {
    let mut files = vec![
        ("requirements.txt", "numpy\nrequests\nuvicorn\n"),
        (
            "Procfile",
            "web: python web.py\nquiet: python quiet.py\nlater: python later.py\nserver: uvicorn quiet:app\nother: python \
             other.py\nplain: python plain.py\n",
        ),
        ("web.py", "import requests\n"),
        (
            "quiet.py",
            "try:\n    import requests\nexcept ImportError:\n    requests = None\napp = 1\n",
        ),
        ("later.py", "def main():\n    import requests\n"),
        (
            "other.py",
            "try:\n    import quiet\nfinally:\n    import requests\n",
        ),
        ("plain.py", "import json\n"),
    ];
    assert_eq!(dead_without("numpy", &files), ["web", "server", "other"]);
    files.push(("archive/requirements.txt", "requests\n"));
    files.push((
        "setup.sh",
        "if [ -z \"$FAST\" ]; then\n  pip install requests\nfi\n",
    ));
    assert_eq!(dead_without("numpy", &files), ["web", "server", "other"]);
    files.push(("deploy.sh", "pip install requests\n"));
    assert_eq!(dead_without("numpy", &files), ["server"]);
}

const SEVERAL: &str = "[group:feeds]\nprograms=feed\n[program:feed]\ncommand=python feed.py --port 90%(process_num)02d\n\
                       directory=%(here)s/n%(process_num)d\nnumprocs=3\nnumprocs_start=1\n\
                       process_name=%(program_name)s_%(process_num)02d\n";

#[test]
fn each_process_of_a_section_is_a_program() {
    let found = programs(&[
        ("supervisord.conf", SEVERAL),
        ("n1/feed.py", ""),
        ("n2/feed.py", ""),
        ("n3/other.py", ""),
    ]);
    assert_eq!(
        found,
        [
            "supervisor feeds:feed_01: script n1/feed.py in n1",
            "supervisor feeds:feed_02: script n2/feed.py in n2",
            "supervisor feeds:feed_03: script n3/feed.py? in n3",
        ]
    );
}

#[test]
fn so_many_processes_are_one_finding_and_no_flood() {
    let config = "[program:feed]\ncommand=python feed.py\nnumprocs=400000000\nprocess_name=%(process_num)d\n";
    let tree = Memory::new([("supervisord.conf", config)]);
    let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
    assert_eq!(project.programs().count(), 64);
    let rules: Vec<_> = audit::catalog::rules().unwrap().iter().collect();
    let findings = engine::judge(&project, &rules);
    let missing: Vec<_> = findings
        .iter()
        .filter(|finding| finding.rule == "missing-entry-point")
        .collect();
    assert_eq!(missing.len(), 1, "{missing:#?}");
    assert_eq!(missing[0].programs.len(), 64);
    assert!(missing[0].message.starts_with("`feed` cannot start"));
}

#[test]
fn honcho_starts_the_lines_of_a_procfile() {
    let found = programs(&[
        (
            "supervisord.conf",
            "[program:x]\ncommand=honcho -f api/Procfile start web worker\n",
        ),
        (
            "api/Procfile",
            "web: cd api && python web.py\nclock: python clock.py\nworker: python api/worker.py\n",
        ),
        ("api/web.py", ""),
        ("api/worker.py", ""),
    ]);
    assert_eq!(
        found,
        [
            "procfile clock: script api/clock.py? in api",
            "supervisor x: tool honcho + script api/web.py in api + script api/worker.py"
        ]
    );
    let found = programs(&[
        (
            "supervisord.conf",
            "[program:x]\ncommand=foreman start -f api/Procfile\n",
        ),
        ("api/Procfile", "web: python web.py\n"),
        ("api/web.py", ""),
    ]);
    assert_eq!(found, ["supervisor x: script api/web.py in api"]);
}

#[test]
fn drop_ins_and_instances_are_part_of_a_unit() {
    let found = programs(&[
        (
            "deploy/web.service",
            "[Service]\nExecStartPre=/usr/bin/python3 /opt/app/early.py\nExecStart=/usr/bin/python3 old.py\n",
        ),
        (
            "deploy/web.service.d/20-new.conf",
            "[Service]\nWorkingDirectory=/opt/app\nExecStart=\nExecStart=/usr/bin/python3 web.py\n",
        ),
        (
            "deploy/web.service.d/10-path.conf",
            "[Service]\nEnvironment=PYTHONPATH=/opt/app/lib\n",
        ),
        (
            "deploy/nginx.service.d/override.conf",
            "[Service]\nExecStart=/usr/bin/python3 nginx.py\n",
        ),
        (
            "deploy/feed@.service",
            "[Service]\nWorkingDirectory=/opt/app\nExecStart=/usr/bin/python3 feeds/%i.py\n",
        ),
        (
            "deploy.sh",
            "sudo systemctl enable --now feed@btc.service feed@eth\nsystemctl stop feed@old\n",
        ),
        ("early.py", ""),
        ("web.py", ""),
        ("lib/x.py", ""),
        ("feeds/btc.py", ""),
    ]);
    assert_eq!(
        found,
        [
            "systemd feed@btc: script feeds/btc.py",
            "systemd feed@eth: script feeds/eth.py?",
            "systemd web: script early.py with lib + script web.py with lib",
        ]
    );
}

#[test]
fn what_supervisord_sets_reaches_the_programs_of_included_files() {
    let found = programs(&[
        (
            "supervisord.conf",
            "[supervisord]\nenvironment=PYTHONPATH=\"lib\"\n[include]\nfiles=conf.d/*.ini\n",
        ),
        ("conf.d/a.ini", "[program:a]\ncommand=python a.py\n"),
        (
            "conf.d/b.ini",
            "[program:b]\ncommand=python a.py\nenvironment=PYTHONPATH=other\n",
        ),
        ("elsewhere/c.conf", "[program:c]\ncommand=python a.py\n"),
        ("a.py", ""),
        ("lib/x.py", ""),
        ("other/x.py", ""),
    ]);
    assert_eq!(
        found,
        [
            "supervisor a: script a.py with lib",
            "supervisor b: script a.py with other",
            "supervisor c: script a.py",
        ]
    );
}

#[test]
fn a_platform_starts_procfiles_with_the_python_that_it_is_asked_for() {
    let pythons = |files: &[(&str, &str)]| -> Vec<String> {
        let project = project(files);
        let of_programs = project.programs().map(|(_, program)| program.python.to_string());
        std::iter::once(project.target.python.to_string())
            .chain(of_programs)
            .collect()
    };
    let mut files = vec![
        ("Procfile", "web: python web.py\n"),
        ("web.py", ""),
        (".python-version", "3.12\n"),
    ];
    assert_eq!(pythons(&files), ["3.12", "3.12"]);
    files.push(("runtime.txt", "python-3.11.9\n"));
    assert_eq!(pythons(&files), ["3.11", "3.11"]);
    // The server runs the other one.
    files.push(("web.service", "[Service]\nExecStart=/usr/bin/python3 web.py\n"));
    assert_eq!(pythons(&files), ["3.10", "3.11", "3.10"]);
}
