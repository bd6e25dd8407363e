//! What code asks before it imports: values of names, modules that are looked for, folders in `sys.path`.

use super::super::eval::Value;
use super::super::failure::FailureKind;
use super::exceptions::Exception;
use super::load::Loaded;
use super::names::Known;
use super::namespaces::SearchPath;
use super::{Context, Flow, Frame, Run};
use crate::facts::python::PathExpr;
use crate::source::Spanned;

impl<'a> Run<'a> {
    /// What the value of an assigned expression is known to be.
    pub(super) fn value_known(&self, value: &PathExpr, frame: &Frame<'a>) -> Known<'a> {
        match value {
            PathExpr::Truth(truth) => Known::Truth(*truth),
            PathExpr::Nothing => Known::Nothing,
            PathExpr::Unknown | PathExpr::Call(_) | PathExpr::Variable(..) => Known::Something,
            path => match self.value_of(path, frame.module, frame.document) {
                Value::Unknown => Known::Something,
                value => Known::Path(value),
            },
        }
    }

    /// `importlib.util.find_spec("a.b")` imports `a`, and asks it where its parts are.
    pub(super) fn find(&mut self, name: &Spanned<String>, frame: &Frame<'a>, context: Context) -> Flow {
        let Some((package, _)) = name
            .value
            .rsplit_once('.')
            .filter(|(package, _)| !package.is_empty())
        else {
            return Flow::Normal;
        };
        if self.loaded.contains_key(&name.value) {
            return Flow::Normal;
        }
        let place = frame.place(name.span);
        let (missing, kind, exception) = match self.load(package, place, context) {
            Loaded::Stopped(flow) => return flow,
            Loaded::Mended => return Flow::Normal,
            Loaded::Yes(module) => match self.search_path(module) {
                SearchPath::Folders(_) | SearchPath::Unknown => return Flow::Normal,
                SearchPath::None => (
                    name.value.clone(),
                    FailureKind::NotPackage,
                    Exception::ModuleNotFound,
                ),
                SearchPath::Gone(gone) => (gone, FailureKind::Gone, Exception::Key),
            },
        };
        self.fail(&name.value, &missing, place, context, kind, exception)
    }
}
