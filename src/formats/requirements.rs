//! pip's requirements files, and the requirements in an installed distribution's `METADATA`.

mod line;
mod specifier;

use crate::facts::{Facts, Origin, PathUse, Problem, ProblemKind, Purpose};
use crate::source::Span;
use line::{Line, Said};
pub(super) use line::{folder, is_place};
pub use specifier::parse;

/// The facts of a requirements or constraints file.
pub fn extract(path: &str, text: &str) -> Facts {
    let origin = origin_of(path);
    let mut facts = Facts::default();
    for line in line::logical(text) {
        match line.said() {
            Said::Nothing => {}
            Said::Reads(path, span) => facts.paths.push(PathUse {
                path,
                span,
                purpose: Purpose::Reads,
            }),
            Said::Requires(written, span) => require(&line, &written, span, &origin, &mut facts),
            Said::Names(requirement) => {
                let mut requirement = *requirement;
                requirement.origin = origin.clone();
                facts.requirements.push(requirement);
            }
            Said::Installs(install) => {
                // What only developers install is not on the server.
                let install = Some(install).filter(|_| origin == Origin::Main);
                facts.local_installs.extend(install);
            }
            Said::Refused(message, span) => facts.problems.push(problem(message, span)),
        }
    }
    facts
}

fn require(line: &Line, written: &str, span: Span, origin: &Origin, facts: &mut Facts) {
    match parse(written, span, origin.clone()) {
        Ok(mut requirement) => {
            requirement.span = line.span_of_start(specifier::named_length(written));
            facts.requirements.push(requirement);
        }
        // What pip puts in for a variable is not known here, so neither is its verdict.
        Err(_) if written.contains("${") || written.contains("{{") || written.contains("{%") => {}
        Err(message) => facts.problems.push(problem(message, span)),
    }
}

fn problem(message: String, span: Span) -> Problem {
    Problem {
        kind: ProblemKind::Syntax,
        message,
        span,
    }
}

/// The requirements of a distribution: its `Requires-Dist` headers (core metadata specification).
pub fn extract_metadata(text: &str) -> Facts {
    let mut facts = Facts::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if !name.eq_ignore_ascii_case("Requires-Dist") {
            continue;
        }
        let written = value.trim();
        let from = start + line.len() - value.trim_start().len();
        let span = Span::new(from, from + written.len());
        if let Ok(mut requirement) = parse(written, span, Origin::Main) {
            if let Some(extra) = requirement.marker.as_deref().and_then(extra_of) {
                requirement.origin = Origin::Group(extra);
            }
            facts.requirements.push(requirement);
        }
    }
    facts
}

/// The extra that a marker asks for: `extra == "plot"`.
fn extra_of(marker: &str) -> Option<String> {
    let behind = marker.split("extra").nth(1)?.trim_start().strip_prefix("==")?;
    let behind = behind.trim_start();
    let quote = behind
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))?;
    behind[1..].split(quote).next().map(str::to_owned)
}

/// Who installs a requirements file, by its name and folder.
fn origin_of(path: &str) -> Origin {
    let lower = path.to_ascii_lowercase();
    let (folder, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    if name.contains("constraint") {
        return Origin::Constraint;
    }
    let folder = folder.rsplit('/').next().unwrap_or("");
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let group = stem
        .split(['-', '_', '.', ' '])
        .chain(std::iter::once(folder))
        .find_map(|word| {
            Some(match word {
                "dev" | "develop" | "development" | "devel" => "dev",
                "test" | "tests" | "testing" | "pytest" => "test",
                "doc" | "docs" | "documentation" => "docs",
                "lint" | "linting" | "linters" | "style" | "format" | "typing" | "mypy" => "lint",
                "ci" | "build" | "release" | "bench" | "benchmark" | "benchmarks" | "example"
                | "examples" | "optional" | "extra" | "extras" | "notebook" | "notebooks" | "plot"
                | "hyperopt" => word,
                _ => return None,
            })
        });
    group.map_or(Origin::Main, |group| Origin::Group(group.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str) -> Origin {
        Origin::Group(name.to_owned())
    }

    #[test]
    fn lines_are_read_as_pip_reads_them() {
        let text = "\u{feff}# tools\n--index-url https://pypi.example/simple\n-i https://x\n\nrequests==2.31.0 # why\n\
                    numpy>=1.26 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\npandas ; python_version < '3.12'\n\
                    uvicorn[standard] >= 0.24\n-e .\n--editable=git+https://x/y.git#egg=yy\n./local\nx @ https://h/x.whl\n\
                    git+https://h/z.git#egg=zz\nwheels/foo_bar-1.2-py3-none-any.whl\nurllib3==${V}\n--pre\n";
        let facts = extract("requirements.txt", text);
        assert!(facts.problems.is_empty(), "{:?}", facts.problems);
        let found: Vec<_> = facts
            .requirements
            .iter()
            .map(|found| {
                (
                    found.name.as_str(),
                    found.specifiers.as_str(),
                    found.span.text(text),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                ("requests", "==2.31.0", "requests==2.31.0"),
                ("numpy", ">=1.26", "numpy>=1.26"),
                ("pandas", "", "pandas"),
                ("uvicorn", ">= 0.24", "uvicorn[standard] >= 0.24"),
                ("yy", "", "git+https://x/y.git#egg=yy"),
                ("x", "", "x @ https://h/x.whl"),
                ("zz", "", "git+https://h/z.git#egg=zz"),
                ("foo_bar", "==1.2", "wheels/foo_bar-1.2-py3-none-any.whl"),
            ]
        );
        assert_eq!(
            facts.requirements[2].marker.as_deref(),
            Some("python_version < '3.12'")
        );
        assert_eq!(facts.requirements[3].extras, ["standard"]);
    }

    #[test]
    fn folders_are_installed() {
        let text = "-e .\n--editable=./lib[fast]\n./pkg ; python_version > '3'\nlibs/common\n-e git+https://h/x.git\n\
                    -e file:../y#egg=y\n";
        let found: Vec<_> = extract("requirements.txt", text)
            .local_installs
            .into_iter()
            .map(|install| (install.folder, install.is_editable))
            .collect();
        let expected = [
            (".", true),
            ("./lib", true),
            ("./pkg", false),
            ("libs/common", false),
            ("../y", true),
        ];
        assert_eq!(
            found,
            expected.map(|(folder, is_editable)| (folder.to_owned(), is_editable))
        );
        assert!(extract("requirements-dev.txt", text).local_installs.is_empty());
    }

    #[test]
    fn other_files_are_read() {
        for line in [
            "-r base.txt",
            "-rbase.txt",
            "--requirement=base.txt",
            "--requirement base.txt",
            "-c base.txt",
        ] {
            let facts = extract("requirements.txt", line);
            assert_eq!(facts.paths.len(), 1, "{line}");
            assert_eq!(facts.paths[0].span.text(line), "base.txt");
            assert_eq!(facts.paths[0].purpose, Purpose::Reads);
        }
        assert!(extract("requirements.txt", "-r https://h/x.txt").paths.is_empty());
    }

    #[test]
    fn the_name_of_the_file_says_who_installs_it() {
        for (path, origin) in [
            ("requirements.txt", Origin::Main),
            ("requirements-prod.txt", Origin::Main),
            ("requirements/base.txt", Origin::Main),
            ("requirements-dev.txt", group("dev")),
            ("dev-requirements.txt", group("dev")),
            ("requirements/test.txt", group("test")),
            ("docs/requirements.txt", group("docs")),
            ("requirements_lint.txt", group("lint")),
            ("constraints.txt", Origin::Constraint),
        ] {
            assert_eq!(extract(path, "x==1").requirements[0].origin, origin, "{path}");
        }
    }

    /// Lines with the verdict of pip 23.2 (`parse_requirements`, then `install_req_from_parsed_requirement`);
    /// the one with `#why` has that of `packaging` 26, as older releases took any text for a version.
    #[test]
    fn what_pip_refuses_is_a_problem() {
        for (line, is_good) in [
            ("requests=2.31", false),
            ("pip install requests", false),
            ("--no-such-option x", false),
            ("-x", false),
            ("--hash=sha256:aa", true),
            ("requests==2.31 --hash=sha256:aa", true),
            ("requests==2.31  # why", true),
            ("requests==2.31#why", false),
            ("requests==2.31;python_version<'3'", true),
            ("requests 2.31", false),
            ("<<<<<<< HEAD", false),
            ("=======", false),
            (">>>>>>> main", false),
            ("--extra-index-url=https://x", true),
            ("--trusted-host h", true),
            ("--no-binary :all:", true),
            ("--use-feature fast-deps", true),
            ("--prefer-binary", true),
            ("--require-hashes", true),
            ("-f wheels/", true),
            ("numpy \\", true),
            ("\\", true),
            ("import os", false),
        ] {
            let problems = extract("requirements.txt", line).problems;
            assert_eq!(problems.is_empty(), is_good, "{line}: {problems:?}");
        }
    }

    #[test]
    fn a_mistake_stands_at_its_line() {
        let text = "a==1\r\n  b=2  # c\r\nd==3";
        let facts = extract("requirements.txt", text);
        assert_eq!(facts.problems[0].span.text(text), "b=2");
        assert_eq!(facts.requirements[1].span.text(text), "d==3");
    }

    #[test]
    fn metadata_ends_with_its_headers() {
        let text = "Metadata-Version: 2.1\nName: x\nRequires-Dist: requests (>=2.0)\nRequires-Dist: pytest ; \
                    extra == 'test'\n\nRequires-Dist: no\n";
        let facts = extract_metadata(text);
        let found: Vec<_> = facts
            .requirements
            .iter()
            .map(|found| {
                (
                    found.name.as_str(),
                    found.specifiers.as_str(),
                    found.origin.clone(),
                )
            })
            .collect();
        assert_eq!(
            found,
            [("requests", ">=2.0", Origin::Main), ("pytest", "", group("test"))]
        );
        assert_eq!(facts.requirements[0].span.text(text), "requests (>=2.0)");
    }

    #[test]
    fn hostile_texts_end_well() {
        for text in [
            "-r",
            "-e",
            "@",
            "\\",
            "\\\n\\\n",
            "-",
            "--",
            "=",
            "a\\\n#b\n",
            "a ; ",
            "a[",
            "#egg=",
            "-e #egg=",
        ] {
            extract("requirements.txt", text);
            extract_metadata(&format!("Requires-Dist:{text}"));
        }
        extract("requirements.txt", &"a \\\n".repeat(100_000));
        extract(
            "requirements.txt",
            &format!("a; {}os_name=='x'", "(".repeat(100_000)),
        );
    }
}
