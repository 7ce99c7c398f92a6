//! One line of a case's timeline.

/// Which filter of the timeline an entry belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Step,
    Talk,
    Clock,
    File,
}

/// A value before and after.
pub struct Was {
    pub label: String,
    pub was: String,
    pub now: String,
}

/// One line of the timeline.
pub struct Line {
    pub seq: i64,
    pub at: i64,
    /// When it was entered, if that was later than it happened.
    pub entered: Option<i64>,
    pub icon: &'static str,
    pub tone: &'static str,
    pub actor: String,
    pub text: String,
    /// What somebody wrote.
    pub words: String,
    pub tag: Option<(&'static str, String)>,
    pub changes: Vec<Was>,
    pub group: Group,
    pub ip: String,
}

/// Words beyond this many characters are folded.
const SHORT: usize = 160;

impl Line {
    /// Whether the words are folded.
    pub fn long(&self) -> bool {
        self.words.chars().count() > SHORT
    }

    /// How folded words begin.
    pub fn start(&self) -> String {
        self.words.chars().take(60).chain(['…']).collect()
    }
}
