//! What differs between two documents, line by line: for whom and which clock, before and after.

use super::callback::CallbackFile;
use super::document::{ClockFile, Document, LineFile, rungs};
use super::limits::NamedLimit;
use crate::clock::ClockCode;
use crate::codes::codes;
use crate::ladder::Rung;

codes! {
    /// How two versions of a line differ.
    Mark { Added = "added", Removed = "removed", Changed = "changed" }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub mark: Mark,
    pub what: What,
}

/// What a difference is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "most differences are of the large kind, and there are only some dozens"
)]
pub enum What {
    /// A clock of a line: the cases it speaks for (of either document), before and after.
    Clock {
        cases: LineFile,
        before: Option<ClockFile>,
        after: Option<ClockFile>,
    },
    /// A named limit, before and after.
    Limit {
        before: Option<NamedLimit>,
        after: Option<NamedLimit>,
    },
    /// Whom a callback asks and when it is over without an answer, before and after.
    Callback {
        before: Box<CallbackFile>,
        after: Box<CallbackFile>,
    },
    /// The ladder of clocks that have none of their own: steps before and after.
    Ladder { before: Vec<Rung>, after: Vec<Rung> },
    /// Days that work may wait, before and after.
    Wait { before: Option<u32>, after: Option<u32> },
}

type Key = (
    Vec<crate::case::Kind>,
    Vec<crate::case::Importance>,
    Vec<crate::case::Urgency>,
    Vec<String>,
    ClockCode,
);

fn clocks(doc: &Document) -> Vec<(Key, &LineFile, &ClockFile)> {
    let of = |line| {
        let (kinds, importance, urgency, items) = LineFile::cases(line);
        move |code| (kinds.clone(), importance.clone(), urgency.clone(), items.clone(), code)
    };
    doc.lines
        .iter()
        .flat_map(|line| {
            let key = of(line);
            line.clocks.iter().map(move |clock| (key(clock.code), line, clock))
        })
        .collect()
}

/// What `after` does otherwise than `before`; empty where they mean the same, in whatever order it is written.
pub fn differences(before: &Document, after: &Document) -> Vec<Difference> {
    let (old, new) = (clocks(before), clocks(after));
    let mut out = Vec::new();
    let mut push = |mark, what| out.push(Difference { mark, what });
    let bare = |line: &LineFile| LineFile {
        clocks: Vec::new(),
        ..line.clone()
    };
    for (key, line, clock) in &new {
        let was = old.iter().find(|(k, _, _)| k == key).map(|(_, _, c)| *c);
        let mark = match was {
            Some(was) if was == *clock => continue,
            Some(_) => Mark::Changed,
            None => Mark::Added,
        };
        push(
            mark,
            What::Clock {
                cases: bare(line),
                before: was.cloned(),
                after: Some((*clock).clone()),
            },
        );
    }
    for (_, line, clock) in old.iter().filter(|(key, _, _)| !new.iter().any(|(k, _, _)| k == key)) {
        push(
            Mark::Removed,
            What::Clock {
                cases: bare(line),
                before: Some((*clock).clone()),
                after: None,
            },
        );
    }
    for limit in &after.limits {
        let was = before.limit(limit.code);
        if was != Some(limit) {
            push(
                if was.is_some() { Mark::Changed } else { Mark::Added },
                What::Limit {
                    before: was.cloned(),
                    after: Some(limit.clone()),
                },
            );
        }
    }
    for limit in before.limits.iter().filter(|limit| after.limit(limit.code).is_none()) {
        push(
            Mark::Removed,
            What::Limit {
                before: Some(limit.clone()),
                after: None,
            },
        );
    }
    if before.callback != after.callback {
        push(
            Mark::Changed,
            What::Callback {
                before: Box::new(before.callback.clone()),
                after: Box::new(after.callback.clone()),
            },
        );
    }
    if before.ladder != after.ladder {
        push(
            Mark::Changed,
            What::Ladder {
                before: rungs(&before.ladder, false),
                after: rungs(&after.ladder, false),
            },
        );
    }
    if before.longest_wait_days != after.longest_wait_days {
        push(
            Mark::Changed,
            What::Wait {
                before: before.longest_wait_days,
                after: after.longest_wait_days,
            },
        );
    }
    out
}
