//! The timeline of a case: its lines, its filters, and where to go on.

use app::step;
use store::journal::Entry;

use super::names::Names;
use super::sentence::{self, Group, Line};
use crate::page::Page;

/// How many lines of the timeline a page shows at first.
pub const LINES: usize = 40;

/// The timeline with its filters.
pub struct Timeline {
    pub id: String,
    pub number: String,
    pub lines: Vec<Line>,
    /// Whether lines of other days need their dates.
    pub days: bool,
    pub show: &'static str,
    pub counts: [usize; 4],
    /// Number before which the next lines stand.
    pub next: Option<i64>,
}

impl Timeline {
    /// Code, text key and count of each filter.
    pub fn filters(&self) -> [(&'static str, &'static str, usize); 4] {
        let [all, talk, clock, file] = self.counts;
        [
            ("all", "show-all", all),
            ("talk", "show-talk", talk),
            ("clock", "show-clock", clock),
            ("file", "show-file", file),
        ]
    }
}

/// The filter of a query value.
pub fn filter(show: &str) -> (&'static str, Option<Group>) {
    match show {
        "talk" => ("talk", Some(Group::Talk)),
        "clock" => ("clock", Some(Group::Clock)),
        "file" => ("file", Some(Group::File)),
        _ => ("all", None),
    }
}

/// Lines of the entries that were read, newest first.
pub fn timeline(p: &Page, names: &Names, case: (&str, &str), entries: &[Entry], show: &str, most: usize) -> Timeline {
    let (show, group) = filter(show);
    let all: Vec<Line> = entries.iter().map(|e| sentence::line(p, names, e)).collect();
    let count = |g: Group| all.iter().filter(|x| x.group == g).count();
    let counts = [all.len(), count(Group::Talk), count(Group::Clock), count(Group::File)];
    let full = entries.len() >= 200;
    let mut lines: Vec<Line> = all.into_iter().filter(|x| group.is_none_or(|g| x.group == g)).collect();
    let more = lines.len() > most || full;
    lines.truncate(most);
    let last = lines.last().map(|x| x.seq).or(entries.last().map(|e| e.seq));
    let days = lines.iter().any(|x| p.time(x.at).len() > 5);
    let (id, number) = (case.0.to_owned(), case.1.to_owned());
    Timeline {
        id,
        number,
        days,
        next: last.filter(|_| more),
        lines,
        show,
        counts,
    }
}

/// What others recorded since a form was opened.
pub fn since(p: &Page, names: &Names, entries: &[Entry]) -> Vec<Line> {
    entries
        .iter()
        .filter(|e| step::matters(&e.kind))
        .map(|e| sentence::line(p, names, e))
        .collect()
}
