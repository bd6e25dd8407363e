//! Scripts: which programs they start, and from where.

use super::{line, programs, stages};

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
fn scripts_that_run_each_other_end() {
    let found = stages(&[
        ("supervisord.conf", "[program:x]\ncommand=bash a.sh\n"),
        ("a.sh", "bash b.sh\n"),
        ("b.sh", "bash a.sh\n"),
    ]);
    assert!(found.is_empty(), "{found:?}");
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
