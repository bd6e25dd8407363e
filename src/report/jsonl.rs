//! One JSON document on each line: the findings in the form of version 1, and the readiness at the end.
//! `$defs/line` of `schema/report.v1.schema.json` describes a line.

use super::{Report, json};
use serde::Serialize;

#[derive(Serialize)]
struct FindingLine<'a> {
    finding: json::Finding<'a>,
}

#[derive(Serialize)]
struct LastLine<'a> {
    version: u32,
    readiness: json::Readiness<'a>,
}

/// The lines.
///
/// # Errors
/// In the words of the writer; text and numbers cannot fail to be written.
pub fn render(report: &Report) -> Result<String, String> {
    let mut out = String::new();
    for found in &report.findings {
        let finding = json::finding(found);
        add(&mut out, &FindingLine { finding })?;
    }
    let readiness = json::readiness_of(report);
    add(
        &mut out,
        &LastLine {
            version: 1,
            readiness,
        },
    )?;
    Ok(out)
}

fn add(out: &mut String, line: &impl Serialize) -> Result<(), String> {
    out.push_str(&serde_json::to_string(line).map_err(|error| error.to_string())?);
    out.push('\n');
    Ok(())
}
