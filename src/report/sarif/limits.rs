//! What GitHub takes of one upload at most; more of it, and it takes nothing:
//! <https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support>.

use super::text;
use super::views::{Notification, ResultView};
use std::cmp::Reverse;
use std::io::Write;

/// Results of a run.
const RESULTS: usize = 25_000;
/// Bytes of the results. It is 10 MB once gzip has packed them, and it packs text of this kind to less than an
/// eighth.
const BYTES: usize = 64 << 20;
/// Locations beside a result's own: it shows a hundred, and refuses a file with more than a thousand.
pub(super) const LOCATIONS: usize = 100;
/// Steps of a way: it shows a thousand, and refuses a file with more than ten thousand.
pub(super) const STEPS: usize = 999;

/// The results that fit, in their order, and words on what was left out: the mildest.
pub(super) fn within(results: Vec<ResultView<'_>>) -> (Vec<ResultView<'_>>, Option<Notification>) {
    kept(results, RESULTS, BYTES)
}

fn kept(
    results: Vec<ResultView<'_>>,
    most: usize,
    bytes: usize,
) -> (Vec<ResultView<'_>>, Option<Notification>) {
    let all = results.len();
    let mut by_weight: Vec<usize> = (0..all).collect();
    by_weight.sort_by_key(|at| (results.get(*at).map(|result| Reverse(weight(result))), *at));
    let mut is_kept = vec![false; all];
    let mut left = bytes;
    for at in by_weight.into_iter().take(most) {
        let size = results.get(at).map_or(0, size);
        let Some(rest) = left.checked_sub(size) else {
            break;
        };
        left = rest;
        is_kept[at] = true;
    }
    let mut is_kept = is_kept.into_iter();
    let mut results = results;
    results.retain(|_| is_kept.next() == Some(true));
    let cut = all - results.len();
    let told = (cut > 0).then(|| Notification {
        level: "warning",
        message: text(format!(
            "{cut} of {all} results are left out here, the mildest: GitHub refuses a run of more than {RESULTS} \
             results or 10 MB. `--format json` has them all; `--select`, `exclude` or a part of the tree makes fewer."
        )),
        locations: Vec::new(),
    });
    (results, told)
}

/// How much a result is worth keeping: what is there before what is gone, the worse and the surer first, what is new
/// before what is known.
fn weight(result: &ResultView<'_>) -> (u8, u8, bool) {
    let level = match result.level {
        "error" => 3,
        "warning" => 2,
        "note" => 1,
        _ => 0,
    };
    let sure = match result.properties.as_ref().map(|properties| properties.confidence) {
        Some("certain") => 3,
        Some("likely") => 2,
        Some(_) => 1,
        None => 0,
    };
    (level, sure, result.baseline_state == Some("new"))
}

/// How many bytes a result takes when it is written, line ends and indentation included.
fn size(result: &ResultView<'_>) -> usize {
    let mut counter = Counter(0);
    // A writer that only counts cannot fail.
    let _ = serde_json::to_writer_pretty(&mut counter, result);
    counter.0
}

struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::views::{Message, ResultProperties};
    use super::*;

    fn result(rule: &'static str, level: &'static str, confidence: &'static str) -> ResultView<'static> {
        ResultView {
            rule_id: rule,
            rule_index: None,
            kind: "fail",
            level,
            message: Message {
                text: "x".repeat(100),
            },
            locations: Vec::new(),
            related_locations: Vec::new(),
            code_flows: Vec::new(),
            fixes: Vec::new(),
            partial_fingerprints: None,
            baseline_state: None,
            properties: Some(ResultProperties {
                severity: "",
                confidence,
                scope: "",
                cause: "",
                programs: &[],
            }),
        }
    }

    fn some() -> Vec<ResultView<'static>> {
        vec![
            result("a", "note", "certain"),
            result("b", "error", "possible"),
            result("c", "warning", "certain"),
            result("d", "error", "certain"),
        ]
    }

    #[test]
    fn the_worst_are_kept_in_their_order_and_the_rest_is_told() {
        let rules = |most, bytes| {
            let (results, told) = kept(some(), most, bytes);
            let rules: String = results.iter().map(|result| result.rule_id).collect();
            (rules, told.map(|told| told.message.text))
        };
        assert_eq!(rules(4, 10_000), ("abcd".to_owned(), None));
        let (left, told) = rules(2, 10_000);
        assert_eq!(left, "bd");
        assert!(
            told.as_deref()
                .is_some_and(|told| told.starts_with("2 of 4 results are left out"))
        );
        let one = size(&result("a", "error", "certain"));
        assert_eq!(rules(4, one * 3 + one / 2).0, "bcd");
        assert_eq!(rules(4, 10).0, "");
    }
}
