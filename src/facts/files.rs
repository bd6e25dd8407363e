//! What Python code does with files and folders.

use super::python::PathExpr;
use crate::source::Span;

/// Something that a statement does with a file or folder.
#[derive(Debug, Clone)]
pub struct FileUse {
    /// What is done.
    pub action: FileAction,
    /// With which path.
    pub path: PathExpr,
    /// How it shows when the file or folder is not there.
    pub told: Told,
    /// Where the path is named.
    pub span: Span,
}

/// What is done with a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileAction {
    /// The file has to be there.
    Reads,
    /// The folder has to be there.
    Enters,
    /// A page template of this name has to be in some folder of templates.
    ReadsTemplate,
    /// The file is made, in a folder that has to be there.
    Writes,
    /// The folder is made, with those above it.
    MakesFolder,
    /// It is looked for, whether it is there or not.
    Tests,
    /// It becomes the working directory.
    ChangesTo,
}

/// How it shows that a file or folder is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// `FileNotFoundError`, with the path as the program gives it.
    AsGiven,
    /// `FileNotFoundError`, with the whole path (the handlers of `logging`).
    Whole,
    /// `ValueError: Unable to configure handler` (`logging.config.dictConfig`).
    Handler,
    /// `OSError: Cannot save file into a non-existent directory` (pandas).
    Table,
    /// `sqlite3.OperationalError: unable to open database file`.
    Database,
    /// The same, when the first query is made (`create_engine`).
    DatabaseLater,
    /// `RuntimeError: Directory 'x' does not exist` (`StaticFiles`).
    StaticFolder,
    /// An exception when a request comes: a template or a page that is not found.
    AtRequest,
    /// Nothing says so: the file counts as empty (`ConfigParser.read`, `load_dotenv`).
    Silent,
}
