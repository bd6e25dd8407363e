//! Processes of one definition, told in one line: `feed:feed_00 and 15 more`.

use super::ProgramReport;

/// Names in order, with the processes of each group as one.
pub(super) fn names(names: &[&str]) -> Vec<String> {
    let runs = names.chunk_by(|one, other| group(one).is_some() && group(one) == group(other));
    runs.map(|run| said(run[0], run.len())).collect()
}

/// Programs in order, with the processes of one definition that fare alike as one: the first of each, and
/// what to call them.
pub(super) fn rows(programs: &[ProgramReport]) -> Vec<(&ProgramReport, String)> {
    let is_alike = |one: &ProgramReport, other: &ProgramReport| {
        group(&one.name).is_some()
            && group(&one.name) == group(&other.name)
            && one.location == other.location
            && one.because == other.because
    };
    let runs = programs.chunk_by(is_alike);
    runs.map(|run| (&run[0], said(&run[0].name, run.len()))).collect()
}

/// The group that a process belongs to.
fn group(name: &str) -> Option<&str> {
    name.split_once(':').map(|(group, _)| group)
}

fn said(first: &str, count: usize) -> String {
    match count {
        0 | 1 => first.to_owned(),
        count => format!("{first} and {} more", count - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_of_one_group_are_one() {
        let found = names(&["api", "feed:feed_00", "feed:feed_01", "feed:feed_02", "web:a"]);
        assert_eq!(found, ["api", "feed:feed_00 and 2 more", "web:a"]);
    }
}
