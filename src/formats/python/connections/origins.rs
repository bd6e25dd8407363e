//! Which pages a service lets ask it: what frameworks are told of origins, and headers that code writes itself.

use super::Reader;
use crate::facts::{Part, Setting, SettingValue};
use ruff_python_ast::{Expr, ExprCall, ExprDict};

/// The header that says it.
const HEADER: &str = "Access-Control-Allow-Origin";

impl Reader<'_> {
    /// `add_middleware(CORSMiddleware, allow_origins=[…])`, `CORS(app, origins=[…])`,
    /// `CORS(app, resources={"/api/*": {"origins": […]}})`, `headers.add("Access-Control-Allow-Origin", …)`.
    pub(super) fn admits(&mut self, call: &ExprCall, name: &str) {
        let keywords: &[&str] = match name {
            "add_middleware" | "CORSMiddleware" | "Middleware" => &["allow_origins", "allow_origin_regex"],
            "CORS" | "cross_origin" | "init_app" => &["origins"],
            "SocketIO" | "AsyncServer" | "Server" => &["cors_allowed_origins"],
            "add" | "set" | "setdefault" | "add_header" | "set_header" | "send_header" => {
                return self.header_call(call);
            }
            "Env" | "FileAwareEnv" => return self.scheme(call),
            _ => return,
        };
        for name in keywords {
            if let Some(keyword) = call.arguments.find_keyword(name) {
                self.lets_in(name, &keyword.value);
            }
        }
        if let Some(Expr::Dict(resources)) =
            call.arguments.find_keyword("resources").map(|found| &found.value)
        {
            self.resources(resources);
        }
    }

    /// `{"/api/*": {"origins": […]}}`.
    fn resources(&mut self, resources: &ExprDict) {
        for item in &resources.items {
            let Expr::Dict(options) = &item.value else {
                continue;
            };
            for option in &options.items {
                if is_text(option.key.as_ref(), "origins") {
                    self.lets_in("origins", &option.value);
                }
            }
        }
    }

    /// `response.headers["Access-Control-Allow-Origin"] = "…"`, `app.config["CORS_ORIGINS"] = […]`.
    pub(super) fn header(&mut self, target: &Expr, value: &Expr) {
        let Expr::Subscript(subscript) = target else {
            return;
        };
        for name in [HEADER, "CORS_ORIGINS"] {
            if is_text(Some(&*subscript.slice), name) {
                self.lets_in(name, value);
            }
        }
    }

    fn header_call(&mut self, call: &ExprCall) {
        if let [name, value] = &*call.arguments.args
            && is_text(Some(name), HEADER)
        {
            self.lets_in(HEADER, value);
        }
    }

    fn lets_in(&mut self, name: &str, value: &Expr) {
        let Some(Part {
            value: Some(texts),
            giver,
            span,
        }) = self.texts(value)
        else {
            return;
        };
        self.facts.settings.push(Setting {
            name: name.to_owned(),
            value: SettingValue::List(texts),
            giver,
            span,
        });
    }

    /// `environ.Env(DEBUG=(bool, True))`.
    fn scheme(&mut self, call: &ExprCall) {
        for keyword in &call.arguments.keywords {
            if let (Some(name), Expr::Tuple(pair)) = (&keyword.arg, &keyword.value)
                && let Some(Expr::BooleanLiteral(default)) = pair.elts.get(1)
            {
                self.schemes.insert(name.id.to_string(), default.value);
            }
        }
    }
}

fn is_text(expr: Option<&Expr>, wanted: &str) -> bool {
    matches!(expr, Some(Expr::StringLiteral(text)) if text.value.to_str().eq_ignore_ascii_case(wanted))
}
