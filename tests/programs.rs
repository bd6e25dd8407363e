//! What the command lines and scripts of small trees come to.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by panicking")]

use audit::engine::{self, Progress};
use audit::project::{Entry, ModuleStart, Project, Stage, State};
use audit::target::Target;
use audit::tree::Memory;

/// The stages of the first program of a tree, each in one line.
fn stages(files: &[(&str, &str)]) -> Vec<String> {
    let project = project(files);
    let (_, program) = project.programs().next().unwrap();
    program.stages.iter().map(shown).collect()
}

/// What a command line comes to in a tree of these files.
fn line(command: &str, files: &[&str]) -> String {
    // A quote, `%` and `;` mean something to supervisord's file, not to the command.
    let config = format!("[program:x]\ncommand={command}\nenvironment=FLASK_APP=wsgi.py\n");
    let mut tree: Vec<(&str, &str)> = files.iter().map(|path| (*path, "")).collect();
    tree.push(("supervisord.conf", &config));
    stages(&tree).join(" + ")
}

fn shown(stage: &Stage) -> String {
    let mut text = match &stage.entry {
        Entry::Script { path, state, .. } => {
            format!("script {path}{}", if *state == State::Present { "" } else { "?" })
        }
        Entry::Module {
            name,
            start,
            runner,
            attribute,
        } => {
            let start = match start {
                ModuleStart::Main => "main".to_owned(),
                ModuleStart::Imported(folder) => format!("from /{folder}"),
                ModuleStart::Installed => "installed".to_owned(),
            };
            let attribute = attribute
                .as_ref()
                .map_or(String::new(), |name| format!(":{name}"));
            let runner = runner
                .as_ref()
                .map_or(String::new(), |name| format!(" by {name}"));
            format!("module {name}{attribute} {start}{runner}")
        }
        Entry::Tool { command } => format!("tool {command}"),
        Entry::Other => "other".to_owned(),
    };
    if !stage.directory.is_empty() {
        text = format!("{text} in {}", stage.directory);
    }
    if !stage.python_path.is_empty() {
        text = format!("{text} with {}", stage.python_path.join(":"));
    }
    if stage.is_isolated {
        text.push_str(" isolated");
    }
    if stage.is_conditional {
        text.push_str(" perhaps");
    }
    text
}

fn project(files: &[(&str, &str)]) -> Project {
    let tree = Memory::new(files.iter().map(|(path, text)| (*path, *text)));
    engine::read(&tree, Target::default(), &|_| false, &Progress::default()).0
}

#[test]
fn pythons_own_options() {
    let files = &["x.py", "app/__main__.py", "app/__init__.py"];
    for (command, expected) in [
        ("python x.py", "script x.py"),
        ("venv/bin/python -u -O -B x.py", "script x.py"),
        ("/usr/bin/python3.10 -W ignore -X dev x.py", "script x.py"),
        ("python -Wignore -uB x.py a b", "script x.py"),
        ("python gone.py", "script gone.py?"),
        ("python app/", "script app/__main__.py"),
        ("python -m app", "module app main"),
        ("python -um app", "module app main"),
        ("python -mapp", "module app main"),
        ("python -c pass", ""),
        ("python -", ""),
        ("python", ""),
        ("env PYTHONPATH=app python x.py", "script x.py with app"),
        ("env PYTHONPATH=app python -E x.py", "script x.py"),
        ("env PYTHONPATH=app python -I x.py", "script x.py isolated"),
        ("python -m coverage run x.py", "tool coverage + script x.py"),
        ("uv run x.py", "script x.py"),
        ("uv run -m app", "module app main"),
    ] {
        assert_eq!(line(command, files), expected, "{command}");
    }
}

/// Command lines, and what they come to.
const APPLICATIONS: &[(&str, &str)] = &[
    ("uvicorn main:app", "module main:app from / by uvicorn"),
    (
        "venv/bin/uvicorn --host 0.0.0.0 --port 80 main:app",
        "module main:app from / by uvicorn",
    ),
    (
        "uvicorn --factory shop.web:create_app",
        "module shop.web:create_app from / by uvicorn",
    ),
    (
        "uvicorn --app-dir src api:app",
        "module api:app from /src by uvicorn",
    ),
    (
        "python -m uvicorn api:app --app-dir=src",
        "module api:app from /src by uvicorn",
    ),
    (
        "gunicorn -w 4 -b :80 main:app",
        "module main:app from / by gunicorn",
    ),
    ("gunicorn main", "module main:application from / by gunicorn"),
    (
        "gunicorn --chdir src api:app",
        "module api:app from /src by gunicorn in src with ",
    ),
    (
        "gunicorn --pythonpath src,jobs main:app",
        "module main:app from / by gunicorn with src:jobs",
    ),
    (
        "gunicorn 'shop:create_app()'",
        "module shop:create_app from / by gunicorn",
    ),
    (
        "gunicorn -c conf.py",
        "script conf.py? with  isolated + tool gunicorn",
    ),
    (
        "gunicorn -k uvicorn.workers.UvicornWorker main:app",
        "module uvicorn.workers:UvicornWorker from / + module main:app from / by gunicorn",
    ),
    (
        "gunicorn --worker-class=gevent main:app",
        "module gevent from / + module main:app from / by gunicorn",
    ),
    (
        "gunicorn -k gthread main:app",
        "module main:app from / by gunicorn",
    ),
    (
        "env GUNICORN_CMD_ARGS=--chdir=src gunicorn api:app",
        "module api:app from /src by gunicorn in src with ",
    ),
    ("hypercorn main:app", "module main:app from / by hypercorn"),
    ("daphne -p 80 main:app", "module main:app from / by daphne"),
    (
        "granian --interface asgi main:app",
        "module main:app from / by granian",
    ),
    (
        "waitress-serve --port=80 main:app",
        "module main:app from / by waitress-serve",
    ),
    (
        "waitress-serve --call main:make",
        "module main:make from / by waitress-serve",
    ),
    (
        "celery -A shop worker -l info",
        "module shop.celery from / by celery",
    ),
    (
        "celery --app=jobs.tasks beat",
        "module jobs.tasks from / by celery",
    ),
    (
        "celery -Ajobs.tasks:app worker",
        "module jobs.tasks:app from / by celery",
    ),
    (
        "celery -A jobs.tasks.app worker",
        "module jobs.tasks:app from / by celery",
    ),
    (
        "celery --workdir jobs -A tasks worker",
        "module tasks from /jobs by celery in jobs",
    ),
    ("celery worker", "tool celery"),
    ("flask --app shop.web run", "module shop.web from / by flask"),
    ("flask --app shop/web.py run", "module shop.web from / by flask"),
    (
        "flask -A shop.web:create_app run -p 80",
        "module shop.web:create_app from / by flask",
    ),
    ("flask run", "module wsgi from / by flask"),
    (
        "streamlit run view.py --server.port 80",
        "tool streamlit + script view.py",
    ),
    ("fastapi run shop/web.py", "module shop.web from / by fastapi"),
    (
        "dramatiq jobs.tasks shop",
        "module jobs.tasks from / by dramatiq + module shop from / by dramatiq",
    ),
    (
        "huey_consumer jobs.tasks.huey -w 4",
        "module jobs.tasks:huey from / by huey_consumer",
    ),
    (
        "arq jobs.tasks.Settings",
        "module jobs.tasks:Settings from / by arq",
    ),
    ("rq worker high", "tool rq"),
    ("alembic upgrade head", "tool alembic"),
    ("django-admin migrate", "tool django-admin"),
    ("poetry run uvicorn main:app", "module main:app from / by uvicorn"),
    (
        "ddtrace-run gunicorn main:app",
        "tool ddtrace-run + module main:app from / by gunicorn",
    ),
    ("dotenv run -- python main.py", "tool dotenv + script main.py"),
    ("nginx -g x", ""),
];

#[test]
fn servers_and_workers_load_what_they_are_told() {
    let files = &[
        "main.py",
        "wsgi.py",
        "src/api.py",
        "shop/__init__.py",
        "shop/celery.py",
        "shop/web.py",
        "jobs/tasks.py",
        "view.py",
    ];
    for (command, expected) in APPLICATIONS {
        assert_eq!(line(command, files), *expected, "{command}");
    }
}

#[test]
fn a_script_of_the_tree_is_what_it_runs() {
    let start = "#!/bin/bash\nset -e\nDIR=\"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")/..\" && pwd)\"\ncd \"$DIR/api\"\n\
                 source venv/bin/activate\nexport PYTHONPATH=\"$DIR/lib:$PYTHONPATH\"\npython migrate.py\n\
                 if [ -n \"$SEED\" ]; then python seed.py; fi\nexec \"$@\"\npython never.py\n";
    let found = stages(&[
        (
            "supervisord.conf",
            "[program:x]\ncommand=bash bin/start.sh uvicorn main:app\n",
        ),
        ("bin/start.sh", start),
        ("api/migrate.py", ""),
        ("api/seed.py", ""),
        ("api/main.py", ""),
        ("lib/x.py", ""),
    ]);
    assert_eq!(
        found,
        [
            "script api/migrate.py in api with lib",
            "script api/seed.py in api with lib perhaps",
            "module main:app from /api by uvicorn in api with lib",
        ]
    );
}

#[test]
fn only_the_last_command_of_a_loose_script_is_the_program() {
    let found = stages(&[
        ("supervisord.conf", "[program:x]\ncommand=/bin/sh start.sh\n"),
        ("start.sh", "python a.py\npython b.py &\npython c.py\necho done\n"),
        ("a.py", ""),
        ("b.py", ""),
        ("c.py", ""),
    ]);
    assert_eq!(
        found,
        ["script a.py perhaps", "script b.py perhaps", "script c.py"]
    );
}

#[test]
fn a_line_with_cd_runs_there() {
    let found = stages(&[
        (
            "supervisord.conf",
            "[program:x]\ncommand=bash -c \"cd api && exec python main.py\"\n",
        ),
        ("api/main.py", ""),
    ]);
    assert_eq!(found, ["script api/main.py in api"]);
}

#[test]
fn scripts_that_run_each_other_end() {
    let found = stages(&[
        ("supervisord.conf", "[program:x]\ncommand=bash a.sh\n"),
        ("a.sh", "bash b.sh\n"),
        ("b.sh", "bash a.sh\n"),
    ]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn commands_of_the_own_project_are_known() {
    let found = stages(&[
        (
            "supervisord.conf",
            "[program:x]\ncommand=venv/bin/serve --port 80\n",
        ),
        (
            "pyproject.toml",
            "[project]\nname=\"shop\"\n[project.scripts]\nserve=\"shop.cli:main\"\n",
        ),
        ("src/shop/__init__.py", ""),
        ("src/shop/cli.py", ""),
    ]);
    assert_eq!(found, ["module shop.cli:main installed with src"]);
    for (path, text) in [
        (
            "setup.cfg",
            "[options.entry_points]\nconsole_scripts =\n    serve = shop.cli:main\n",
        ),
        (
            "setup.py",
            "from setuptools import setup\nsetup(entry_points={'console_scripts': ['serve=shop.cli:main']})\n",
        ),
    ] {
        let found = stages(&[
            ("supervisord.conf", "[program:x]\ncommand=venv/bin/serve\n"),
            (path, text),
            ("shop/cli.py", ""),
        ]);
        assert_eq!(found, ["module shop.cli:main installed with "], "{path}");
    }
}

#[test]
fn a_file_with_a_first_line_of_python_is_a_script() {
    let found = stages(&[
        ("supervisord.conf", "[program:x]\ncommand=./bin/serve\n"),
        ("bin/serve", "#!/usr/bin/env python3\nimport gone\n"),
    ]);
    assert_eq!(found, ["script bin/serve"]);
}

#[test]
fn a_script_that_is_not_there_is_named() {
    let found = stages(&[("supervisord.conf", "[program:x]\ncommand=bash bin/gone.sh\n")]);
    assert_eq!(found, ["script bin/gone.sh?"]);
}

/// A program's name, directory and stages, in one line each.
fn programs(files: &[(&str, &str)]) -> Vec<String> {
    project(files)
        .programs()
        .map(|(_, program)| {
            let stages: Vec<String> = program.stages.iter().map(shown).collect();
            format!(
                "{} {}: {}",
                program.manager.name(),
                program.name,
                stages.join(" + ")
            )
        })
        .collect()
}

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
fn a_procfile_starts_where_it_is() {
    let found = programs(&[("web/Procfile", "web: python main.py\n"), ("web/main.py", "")]);
    assert_eq!(found, ["procfile web: script web/main.py in web"]);
}

#[test]
fn scripts_start_programs_that_nothing_else_starts() {
    let found = programs(&[
        (
            "scripts/services.sh",
            "#!/bin/bash\ncd \"$(dirname \"$0\")/..\"\nsource venv/bin/activate\nnohup python web.py &\n\
             PYTHONPATH=lib nohup python3 feeds/feed.py > feed.log 2>&1 &\nscreen -dmS jobs python -m jobs\n\
             tmux new-session -d -s view 'cd ui && python view.py'\nnohup python gone.py &\npython once.py\n",
        ),
        ("start.sh", "cd ui\nexec python board.py \"$@\"\n"),
        ("run_tests.sh", "python once.py\n"),
        ("batch.sh", "python once.py &\npython once.py &\nwait\n"),
        ("backup.sh", "exec python once.py\n"),
        ("web.py", ""),
        ("feeds/feed.py", ""),
        ("lib/x.py", ""),
        ("jobs.py", ""),
        ("ui/view.py", ""),
        ("ui/board.py", ""),
        ("once.py", ""),
    ]);
    assert_eq!(
        found,
        [
            "script web: script web.py",
            "script feed: script feeds/feed.py with lib",
            "script jobs: module jobs main",
            "script view: script ui/view.py in ui",
            "script gone: script gone.py?",
            "script board: script ui/board.py in ui",
        ]
    );
}

#[test]
fn a_script_works_from_where_its_files_are() {
    let found = programs(&[
        (
            "api/start.sh",
            "nohup uvicorn main:app &\nnohup python elsewhere.py &\n",
        ),
        ("api/main.py", ""),
    ]);
    assert_eq!(
        found,
        ["script main: module main:app from /api by uvicorn in api"]
    );
}

#[test]
fn beside_a_process_manager_scripts_start_nothing() {
    let found = programs(&[
        ("supervisord.conf", "[program:web]\ncommand=python web.py\n"),
        ("start.sh", "nohup python old.py &\n"),
        ("web.py", ""),
        ("old.py", ""),
    ]);
    assert_eq!(found, ["supervisor web: script web.py"]);
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

#[test]
fn a_variable_in_pythonpath_is_taken_to_be_the_trees_place() {
    let with = |value: &str| {
        let config = format!("[program:x]\ncommand=python lib/x.py\nenvironment=PYTHONPATH=\"{value}\"\n");
        stages(&[("supervisord.conf", &config), ("lib/x.py", "")]).join(" + ")
    };
    for (value, expected) in [
        ("$ROOT", "script lib/x.py with "),
        ("$ROOT/lib", "script lib/x.py with lib"),
        ("$VENV/site-packages", "script lib/x.py"),
        ("lib:$PYTHONPATH", "script lib/x.py with lib"),
        ("lib${PYTHONPATH:+:$PYTHONPATH}", "script lib/x.py with lib"),
    ] {
        assert_eq!(with(value), expected, "{value}");
    }
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
fn what_a_wrapper_has_a_shell_run_is_taken_apart() {
    let files = &["x.py", "api/x.py", "lib/y.py"];
    for (command, expected) in [
        (
            "sudo -u app bash -lc \"cd api && exec python x.py\"",
            "script api/x.py in api",
        ),
        (
            "su app -s /bin/sh -c \"PYTHONPATH=lib python x.py\"",
            "script x.py with lib",
        ),
        (
            "env PYTHONPATH=lib bash -c \"python x.py\"",
            "script x.py with lib",
        ),
        (
            "env PYTHONPATH=lib su - app -c \"python /opt/x.py\"",
            "script x.py",
        ),
        ("flock -n /tmp/l -c \"python x.py\"", "script x.py"),
        ("env -S \"PYTHONPATH=lib python\" x.py", "script x.py with lib"),
        ("bash wait-for-it.sh db:5432 -- python x.py", "script x.py"),
        ("./wait-for-it.sh db:5432 -- python x.py", "script x.py"),
    ] {
        let found = line(command, files).replace('?', "");
        assert_eq!(found, expected, "{command}");
    }
    // A login starts in a home folder, which the tree does not tell of.
    let found = stages(&[(
        "supervisord.conf",
        "[program:x]\ncommand=su - app -c \"python gone.py\"\n",
    )]);
    assert_eq!(found, ["script gone.py?"]);
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

/// Settings of gunicorn, a command line, and what the two come to.
const SETTINGS: &[(&str, &str, &str)] = &[
    (
        "bind = ':80'\n",
        "gunicorn main:app",
        "module main:app from / by gunicorn",
    ),
    (
        "wsgi_app = 'main:app'\n",
        "gunicorn",
        "module main:app from / by gunicorn",
    ),
    (
        "wsgi_app = 'gone:app'\n",
        "gunicorn main:app",
        "module main:app from / by gunicorn",
    ),
    (
        "chdir = 'src'\nwsgi_app = 'api:app'\n",
        "gunicorn",
        "module api:app from /src by gunicorn in src with ",
    ),
    (
        "import os\nbase = os.path.dirname(os.path.abspath(__file__))\nchdir = os.path.join(base, 'src')\n",
        "gunicorn api:app",
        "module api:app from /src by gunicorn in src with ",
    ),
    (
        "chdir = 'gone'\n",
        "gunicorn --chdir src api:app",
        "module api:app from /src by gunicorn in src with ",
    ),
    (
        "import where\nchdir = where.at()\n",
        "gunicorn api:app",
        "tool gunicorn",
    ),
    (
        "pythonpath = 'src,lib'\nworker_class = 'gevent'\n",
        "gunicorn main:app",
        "module gevent from / with src:lib + module main:app from / by gunicorn with src:lib",
    ),
];

#[test]
fn settings_of_a_server_count() {
    for (settings, command, expected) in SETTINGS {
        let config = format!("[program:x]\ncommand={command}\n");
        let found = stages(&[
            ("supervisord.conf", &config),
            ("gunicorn.conf.py", settings),
            ("main.py", ""),
            ("src/api.py", ""),
            ("lib/x.py", ""),
        ]);
        let (first, rest) = found.split_first().unwrap();
        assert!(first.starts_with("script gunicorn.conf.py"), "{first}");
        assert_eq!(rest.join(" + "), *expected, "{settings}");
    }
    // A file elsewhere is read from where gunicorn is started; a module is imported from there.
    let found = stages(&[
        (
            "supervisord.conf",
            "[program:x]\ncommand=gunicorn -c deploy/g.py main:app\n",
        ),
        ("deploy/g.py", "import main\n"),
        ("main.py", ""),
    ]);
    assert_eq!(
        found,
        [
            "script deploy/g.py with  isolated",
            "module main:app from / by gunicorn"
        ]
    );
    // A sample that people put where the unit has it.
    let found = stages(&[
        (
            "contrib/web.service",
            "[Service]\nWorkingDirectory=/opt/app\nExecStart=/opt/app/venv/bin/gunicorn -c /opt/app/g.py main:app\n",
        ),
        ("contrib/g.py", "chdir = '/opt/app/src'\n"),
        ("src/main.py", ""),
    ]);
    assert_eq!(
        found,
        [
            "script contrib/g.py with  isolated",
            "module main:app from /src by gunicorn in src with "
        ]
    );
    let found = stages(&[
        (
            "supervisord.conf",
            "[program:x]\ncommand=gunicorn -c python:deploy.g\n",
        ),
        ("deploy/g.py", "wsgi_app = 'main:app'\n"),
        ("main.py", ""),
    ]);
    assert_eq!(
        found,
        ["module deploy.g from /", "module main:app from / by gunicorn"]
    );
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

#[test]
fn a_script_that_a_script_writes_is_what_it_runs() {
    let found = programs(&[
        (
            "deploy.sh",
            "cat > start.sh <<'EOF'\n#!/bin/bash\nset -e\ncd api\nexec python main.py\nEOF\nchmod +x start.sh\n\
             cat > /usr/local/bin/feed <<EOF\n#!/bin/sh\nexec python3 feed.py\nEOF\n",
        ),
        (
            "supervisord.conf",
            "[program:api]\ncommand=bash start.sh\n[program:feed]\ncommand=/usr/local/bin/feed\n",
        ),
        ("api/main.py", ""),
        ("feed.py", ""),
    ]);
    assert_eq!(
        found,
        [
            "supervisor api: script api/main.py in api",
            "supervisor feed: script feed.py",
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
fn a_package_of_the_trees_own_name_is_not_the_tree() {
    let with = |setting: &str, command: &str, files: &[&str]| {
        let config = format!("[program:x]\ncommand={command}\ndirectory=/opt/desk\n{setting}");
        let mut tree = vec![("supervisord.conf", config.as_str())];
        tree.extend(files.iter().map(|path| (*path, "")));
        stages(&tree).join(" + ")
    };
    let package = ["desk/__init__.py", "desk/main.py", "run.py"];
    for (command, expected) in [
        ("python -m desk.main", "module desk.main main"),
        ("python run.py", "script run.py"),
        ("/opt/desk/venv/bin/python /opt/desk/run.py", "script run.py"),
        ("python desk/main.py", "script desk/main.py"),
        ("uvicorn desk.main:app", "module desk.main:app from / by uvicorn"),
        ("python main.py", "script desk/main.py in desk"),
        ("python gone.py", "script gone.py?"),
    ] {
        assert_eq!(with("", command, &package), expected, "{command}");
    }
    assert_eq!(
        with(
            "environment=PYTHONPATH=\"/opt/desk\"\n",
            "python desk/main.py",
            &package
        ),
        "script desk/main.py with "
    );
    assert_eq!(
        with("", "python main.py", &["desk/main.py"]),
        "script desk/main.py in desk"
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
