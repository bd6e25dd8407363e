//! A rule's page, for a terminal.

use super::{Palette, score, wrap};
use crate::rule::Meta;

/// The page of a rule as text of at most `width` columns, where its code allows.
pub fn explain(meta: &Meta, palette: Palette, width: usize) -> String {
    let mut out = format!(
        "{}\n{}\n{}\n",
        palette.bold(&format!("{}/{}", meta.category, meta.id)),
        wrap("", &meta.summary, width),
        palette.dim(&format!(
            "{} · {} · {} to mend the first place · since {}",
            meta.severity.name(),
            meta.confidence.name(),
            score::effort(meta.effort_first),
            meta.since
        )),
    );
    let mut is_code = false;
    let mut paragraph = String::new();
    for line in meta.page.lines().chain([""]) {
        let is_fence = line.trim_start().starts_with("```");
        let is_text = !is_code && !is_fence && !line.is_empty() && !line.starts_with('#');
        let is_item = line.starts_with("- ") || line.starts_with("* ");
        if !paragraph.is_empty() && (!is_text || is_item) {
            out.push_str(&written(&paragraph, width));
            paragraph.clear();
        }
        if is_fence {
            is_code = !is_code;
        } else if is_code {
            out.push_str("    ");
            out.push_str(palette.cyan(line).trim_end());
            out.push('\n');
        } else if let Some(heading) = line.strip_prefix('#') {
            let heading = heading.trim_start_matches('#').trim();
            out.push_str(&palette.bold(heading));
            out.push('\n');
        } else if is_text {
            paragraph.push_str(line);
            paragraph.push(' ');
        } else if !out.ends_with("\n\n") {
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn written(paragraph: &str, width: usize) -> String {
    let first = if paragraph.starts_with("- ") { "  " } else { "" };
    wrap(first, paragraph.trim_end(), width) + "\n"
}
