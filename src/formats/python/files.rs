//! Files and folders that Python code reads, writes, makes and looks for.

use super::guards::is_existence_test;
use super::names::{Names, last, written};
use super::paths::path_of;
use super::span;
use crate::facts::python::{PathExpr, Step};
use crate::facts::{FileAction, FileUse, Told};
use aho_corasick::AhoCorasick;
use ruff_python_ast::{Expr, ExprCall, ExprDict};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// A function by its full name: what it does with which argument.
type Known = (&'static str, FileAction, usize, &'static str, Told);

/// Functions by their full names (the library reference of Python, and of each library).
const FUNCTIONS: &[Known] = &[
    ("os.listdir", FileAction::Enters, 0, "path", Told::AsGiven),
    ("os.scandir", FileAction::Enters, 0, "path", Told::AsGiven),
    ("os.chdir", FileAction::ChangesTo, 0, "path", Told::AsGiven),
    ("os.makedirs", FileAction::MakesFolder, 0, "name", Told::AsGiven),
    ("os.mkdir", FileAction::MakesFolder, 0, "path", Told::AsGiven),
    (
        "shutil.copytree",
        FileAction::MakesFolder,
        1,
        "dst",
        Told::AsGiven,
    ),
    ("shutil.copy", FileAction::Writes, 1, "dst", Told::AsGiven),
    ("shutil.copy2", FileAction::Writes, 1, "dst", Told::AsGiven),
    ("shutil.copyfile", FileAction::Writes, 1, "dst", Told::AsGiven),
    ("shutil.move", FileAction::Writes, 1, "dst", Told::AsGiven),
    ("os.rename", FileAction::Writes, 1, "dst", Told::AsGiven),
    ("os.replace", FileAction::Writes, 1, "dst", Told::AsGiven),
    (
        "sqlite3.connect",
        FileAction::Writes,
        0,
        "database",
        Told::Database,
    ),
    (
        "aiosqlite.connect",
        FileAction::Writes,
        0,
        "database",
        Told::Database,
    ),
    ("shelve.open", FileAction::Writes, 0, "filename", Told::AsGiven),
    ("joblib.dump", FileAction::Writes, 1, "filename", Told::AsGiven),
    ("torch.save", FileAction::Writes, 1, "f", Told::AsGiven),
    ("numpy.save", FileAction::Writes, 0, "file", Told::AsGiven),
    ("numpy.savez", FileAction::Writes, 0, "file", Told::AsGiven),
    ("numpy.savetxt", FileAction::Writes, 0, "fname", Told::AsGiven),
    (
        "urllib.request.urlretrieve",
        FileAction::Writes,
        1,
        "filename",
        Told::AsGiven,
    ),
    (
        "logging.basicConfig",
        FileAction::Writes,
        usize::MAX,
        "filename",
        Told::Whole,
    ),
    (
        "logging.config.fileConfig",
        FileAction::Reads,
        0,
        "fname",
        Told::AsGiven,
    ),
    // loguru makes the folder of its file by itself.
    (
        "loguru.logger.add",
        FileAction::MakesFolder,
        0,
        "sink",
        Told::AsGiven,
    ),
    ("joblib.load", FileAction::Reads, 0, "filename", Told::AsGiven),
    ("torch.load", FileAction::Reads, 0, "f", Told::AsGiven),
    ("numpy.load", FileAction::Reads, 0, "file", Told::AsGiven),
    ("numpy.loadtxt", FileAction::Reads, 0, "fname", Told::AsGiven),
    ("numpy.genfromtxt", FileAction::Reads, 0, "fname", Told::AsGiven),
    (
        "pandas.read_csv",
        FileAction::Reads,
        0,
        "filepath_or_buffer",
        Told::AsGiven,
    ),
    ("pandas.read_excel", FileAction::Reads, 0, "io", Told::AsGiven),
    ("pandas.read_parquet", FileAction::Reads, 0, "path", Told::AsGiven),
    (
        "pandas.read_pickle",
        FileAction::Reads,
        0,
        "filepath_or_buffer",
        Told::AsGiven,
    ),
    ("pandas.read_feather", FileAction::Reads, 0, "path", Told::AsGiven),
    ("PIL.Image.open", FileAction::Reads, 0, "fp", Told::AsGiven),
    ("toml.load", FileAction::Reads, 0, "f", Told::AsGiven),
    (
        "dotenv.load_dotenv",
        FileAction::Reads,
        0,
        "dotenv_path",
        Told::Silent,
    ),
    (
        "dotenv.dotenv_values",
        FileAction::Reads,
        0,
        "dotenv_path",
        Told::Silent,
    ),
    (
        "flask.render_template",
        FileAction::ReadsTemplate,
        0,
        "template_name_or_list",
        Told::AtRequest,
    ),
    (
        "flask.send_file",
        FileAction::Reads,
        0,
        "path_or_file",
        Told::AtRequest,
    ),
];

/// Functions and methods by the last part of their names.
const METHODS: &[Known] = &[
    ("FileHandler", FileAction::Writes, 0, "filename", Told::Whole),
    (
        "WatchedFileHandler",
        FileAction::Writes,
        0,
        "filename",
        Told::Whole,
    ),
    (
        "RotatingFileHandler",
        FileAction::Writes,
        0,
        "filename",
        Told::Whole,
    ),
    (
        "TimedRotatingFileHandler",
        FileAction::Writes,
        0,
        "filename",
        Told::Whole,
    ),
    ("to_csv", FileAction::Writes, 0, "path_or_buf", Told::Table),
    ("to_parquet", FileAction::Writes, 0, "path", Told::AsGiven),
    ("to_pickle", FileAction::Writes, 0, "path", Told::Table),
    ("to_feather", FileAction::Writes, 0, "path", Told::AsGiven),
    ("to_excel", FileAction::Writes, 0, "excel_writer", Told::Table),
    ("savefig", FileAction::Writes, 0, "fname", Told::AsGiven),
    (
        "StaticFiles",
        FileAction::Enters,
        usize::MAX,
        "directory",
        Told::StaticFolder,
    ),
    (
        "Jinja2Templates",
        FileAction::Enters,
        0,
        "directory",
        Told::AtRequest,
    ),
    ("FileResponse", FileAction::Reads, 0, "path", Told::AtRequest),
    ("load_cert_chain", FileAction::Reads, 0, "certfile", Told::AsGiven),
];

static BY_NAME: LazyLock<FxHashMap<&str, &Known>> = LazyLock::new(|| by_first(FUNCTIONS));
static BY_METHOD: LazyLock<FxHashMap<&str, &Known>> = LazyLock::new(|| by_first(METHODS));

fn by_first(table: &'static [Known]) -> FxHashMap<&'static str, &'static Known> {
    table.iter().map(|known| (known.0, known)).collect()
}

/// Methods of a path that is their receiver.
const OF_PATH: &[(&str, FileAction)] = &[
    ("read_text", FileAction::Reads),
    ("read_bytes", FileAction::Reads),
    ("write_text", FileAction::Writes),
    ("write_bytes", FileAction::Writes),
    ("touch", FileAction::Writes),
    ("iterdir", FileAction::Enters),
    ("mkdir", FileAction::MakesFolder),
];

/// Functions that open a file in a mode (`open(path, "w")`).
const OPENERS: [&str; 10] = [
    "open",
    "io.open",
    "codecs.open",
    "gzip.open",
    "bz2.open",
    "lzma.open",
    "aiofiles.open",
    "zipfile.ZipFile",
    "tarfile.open",
    "anyio.open_file",
];

/// What a call does with files, as steps.
pub(super) fn of_call(call: &ExprCall, full: &str, names: &Names, steps: &mut Vec<Step>) {
    let mut push = |action, path: PathExpr, told, at: &Expr| {
        let is_telling = path != PathExpr::Unknown
            || matches!(
                action,
                FileAction::MakesFolder | FileAction::Writes | FileAction::ChangesTo
            );
        if is_telling {
            steps.push(Step::File(Box::new(FileUse {
                action,
                path,
                told,
                span: span(at),
            })));
        }
    };
    if OPENERS.contains(&full) {
        let mode = argument(call, 1, "mode");
        if let (Some(action), Some(path)) = (by_mode(mode), argument(call, 0, "file")) {
            push(action, path_of(path, names), Told::AsGiven, path);
        }
        return;
    }
    let known = BY_NAME.get(full).or_else(|| BY_METHOD.get(last(full)));
    if let Some((name, action, position, keyword, told)) = known {
        let Some(path) = argument(call, *position, keyword) else {
            return;
        };
        // `delay=True`: the handler opens its file when there is something to write.
        let is_put_off = is_true(call, "delay") || is_false(call, "check_dir");
        if !is_put_off {
            push(*action, path_of(path, names), *told, path);
        }
        if *name == "load_cert_chain"
            && let Some(key) = argument(call, 1, "keyfile")
        {
            push(*action, path_of(key, names), *told, key);
        }
        return;
    }
    if let Some((action, path, told, at)) = of_receiver(call, full, names) {
        push(action, path, told, at);
        return;
    }
    if let Some((action, path, told, at)) = by_name(call, full, names) {
        push(action, path, told, at);
    }
}

/// Methods of paths, and of what reads configurations.
fn of_receiver<'a>(
    call: &'a ExprCall,
    full: &str,
    names: &Names,
) -> Option<(FileAction, PathExpr, Told, &'a Expr)> {
    let Expr::Attribute(attribute) = &*call.func else {
        return None;
    };
    let receiver = &*attribute.value;
    let method = attribute.attr.id.as_str();
    let path = || path_of(receiver, names);
    if let Some((_, action)) = OF_PATH.iter().find(|(name, _)| *name == method) {
        return Some((*action, path(), Told::AsGiven, receiver));
    }
    match method {
        "exists" | "is_file" | "is_dir" | "stat" | "glob" | "rglob"
            if !full.starts_with("os.") && !full.starts_with("glob.") =>
        {
            Some((FileAction::Tests, path(), Told::AsGiven, receiver))
        }
        // `path.open("w")`, but not `library.open(name)`.
        "open" => {
            let mode = argument(call, 0, "mode");
            let is_mode = mode.is_none_or(
                |mode| matches!(mode, Expr::StringLiteral(text) if text.value.to_str().len() <= 3),
            );
            let action = by_mode(mode).filter(|_| is_mode)?;
            let path = path();
            // A name that an import gives is a module, no path.
            let is_path = !matches!(&path, PathExpr::Call(_));
            is_path.then_some((action, path, Told::AsGiven, receiver))
        }
        "read" => {
            let parser = written(receiver)?;
            let argument = argument(call, 0, "filenames")?;
            let path = path_of(argument, names);
            (names.is_parser(&parser) && !matches!(path, PathExpr::OneOf(_))).then_some((
                FileAction::Reads,
                path,
                Told::Silent,
                argument,
            ))
        }
        _ => None,
    }
}

/// One of which a name has that says anything of files.
static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = [
        "exist", "mkdir", "makedir", "mkpath", "dir", "folder", "path", "engine",
    ];
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(words)
        .ok()
});

/// What the name of a function says: `ensure_dir(path)`, `file_exists(path)`, `create_engine("sqlite:///x.db")`.
fn by_name<'a>(
    call: &'a ExprCall,
    full: &str,
    names: &Names,
) -> Option<(FileAction, PathExpr, Told, &'a Expr)> {
    let first = call.arguments.args.first()?;
    let is_of_files = is_existence_test(full) || matches!(full, "os.stat" | "os.path.getsize" | "glob.glob");
    if !is_of_files && !WORDS.as_ref().is_none_or(|words| words.is_match(last(full))) {
        return None;
    }
    let name = last(full).to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if is_of_files || has(&["exist"]) {
        return Some((FileAction::Tests, path_of(first, names), Told::AsGiven, first));
    }
    if has(&["mkdir", "makedir", "mkpath"])
        || (has(&["ensure", "create", "make", "init", "setup", "prepare"]) && has(&["dir", "folder", "path"]))
    {
        return Some((
            FileAction::MakesFolder,
            path_of(first, names),
            Told::AsGiven,
            first,
        ));
    }
    if matches!(name.as_str(), "create_engine" | "create_async_engine") {
        let PathExpr::Literal(url) = path_of(first, names) else {
            return None;
        };
        let (scheme, path) = url.split_once(":///")?;
        let is_file = scheme.starts_with("sqlite") && !path.is_empty() && !path.starts_with(":memory:");
        let path = path.split('?').next().unwrap_or(path).to_owned();
        return is_file.then_some((
            FileAction::Writes,
            PathExpr::Literal(path),
            Told::DatabaseLater,
            first,
        ));
    }
    None
}

/// A handler of a `logging` configuration: `{"class": "logging.FileHandler", "filename": "logs/x.log"}`.
pub(super) fn of_dict(dict: &ExprDict, names: &Names, steps: &mut Vec<Step>) {
    let value = |wanted: &str| {
        let item = dict
            .items
            .iter()
            .find(|item| matches!(&item.key, Some(Expr::StringLiteral(key)) if key.value.to_str() == wanted));
        item.map(|item| &item.value)
    };
    let is_handler = value("class").is_some_and(
        |class| matches!(class, Expr::StringLiteral(class) if class.value.to_str().ends_with("FileHandler")),
    );
    let is_put_off = value("delay").is_some();
    if let (true, false, Some(path)) = (is_handler, is_put_off, value("filename")) {
        steps.push(Step::File(Box::new(FileUse {
            action: FileAction::Writes,
            path: path_of(path, names),
            told: Told::Handler,
            span: span(path),
        })));
    }
}

/// What a mode does; nothing when it is not known.
fn by_mode(mode: Option<&Expr>) -> Option<FileAction> {
    match mode {
        None => Some(FileAction::Reads),
        Some(Expr::StringLiteral(mode)) => {
            let makes = mode.value.to_str().contains(['w', 'a', 'x']);
            Some(if makes {
                FileAction::Writes
            } else {
                FileAction::Reads
            })
        }
        Some(_) => None,
    }
}

fn argument<'a>(call: &'a ExprCall, position: usize, keyword: &str) -> Option<&'a Expr> {
    let by_name = || call.arguments.find_keyword(keyword).map(|keyword| &keyword.value);
    let positional = call.arguments.args.get(position);
    let positional = positional.filter(|argument| !argument.is_starred_expr());
    positional.or_else(by_name)
}

fn is_true(call: &ExprCall, keyword: &str) -> bool {
    is_boolean(call, keyword, true)
}

fn is_false(call: &ExprCall, keyword: &str) -> bool {
    is_boolean(call, keyword, false)
}

fn is_boolean(call: &ExprCall, keyword: &str, value: bool) -> bool {
    let given = call.arguments.find_keyword(keyword);
    given.is_some_and(|given| matches!(&given.value, Expr::BooleanLiteral(literal) if literal.value == value))
}
