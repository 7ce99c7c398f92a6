//! A mass incident (群体事件): a power cut with sixty calls is one. It says which buildings it touches, what callers are told
//! before anybody types, who called, and, when it is over, whom it has to be told to.

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::ids::{CaseId, ContactId, IncidentCallerId, IncidentId, StaffId};
use crate::privacy;
use crate::refusal::Refusal;

/// So many cases of one item in one building within [`PROPOSE_MS`] are proposed as one incident.
pub const PROPOSE_FROM: usize = 3;

/// Milliseconds; see [`PROPOSE_FROM`].
pub const PROPOSE_MS: i64 = 30 * 60_000;

/// So many calls that nobody answers, and a caller may be given up.
pub const ATTEMPTS: u32 = 3;

/// The longest text, in characters.
const LONGEST: usize = 1_000;

codes! {
    /// How far an incident is.
    State {
        Open = "open",
        /// Over; callers are called back.
        Ended = "ended",
        /// Everybody was told.
        Closed = "closed",
    }
}

codes! {
    /// What became of a call back to a caller.
    Told {
        /// Was told that it is over, and it is.
        Over = "over",
        /// It is not over at this caller's.
        NotOver = "not_over",
        NoAnswer = "no_answer",
    }
}

/// What callers were told, since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub at: i64,
    pub say: String,
}

/// An incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub id: IncidentId,
    pub number: String,
    /// Taxonomy code, or empty.
    pub item: String,
    /// What it is, in a line: 停电.
    pub title: String,
    /// Names of the buildings; empty: the whole estate.
    pub buildings: Vec<String>,
    /// The sentence for callers.
    pub say: String,
    /// Draft of a notice to residents.
    pub notice: String,
    pub state: State,
    pub opened_at: i64,
    pub opened_by: StaffId,
    pub before: Vec<Said>,
    pub ended_at: Option<i64>,
    /// What callers are told at the end.
    pub ended_how: String,
    pub closed_at: Option<i64>,
}

impl Incident {
    /// Whether it touches a building, so that a caller from there is told.
    pub fn touches(&self, building: &str) -> bool {
        self.buildings.is_empty() || self.buildings.iter().any(|b| b == building)
    }
}

/// Somebody who called about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub id: IncidentCallerId,
    pub case: CaseId,
    pub contact: ContactId,
    pub told_at: Option<i64>,
    pub attempts: u32,
}

/// A text that must be there, trimmed, without ID and card numbers.
fn required(given: &str, missing: &'static str) -> Result<String, Refusal> {
    let given = given.trim();
    if given.chars().count() > LONGEST {
        return Err(Refusal::new("refuse-text-too-long").arg("bytes", LONGEST));
    }
    if given.is_empty() {
        return Err(Refusal::new("refuse-incomplete").missing([missing]));
    }
    Ok(privacy::masked(given))
}

/// What a new incident is opened with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub id: IncidentId,
    pub number: String,
    pub item: String,
    pub title: String,
    pub buildings: Vec<String>,
    pub say: String,
    pub notice: String,
}

/// Opens an incident.
///
/// # Errors
/// `refuse-incomplete` without a title or the sentence for callers.
pub fn open(form: Open, by: StaffId, now: i64) -> Result<Incident, Refusal> {
    let mut missing = Vec::new();
    if form.title.trim().is_empty() {
        missing.push("missing-incident-title");
    }
    if form.say.trim().is_empty() {
        missing.push("missing-incident-say");
    }
    if !missing.is_empty() {
        return Err(Refusal::new("refuse-incomplete").missing(missing));
    }
    Ok(Incident {
        id: form.id,
        number: form.number,
        item: form.item,
        title: required(&form.title, "missing-incident-title")?,
        buildings: form.buildings,
        say: required(&form.say, "missing-incident-say")?,
        notice: privacy::masked(form.notice.trim()),
        state: State::Open,
        opened_at: now,
        opened_by: by,
        before: Vec::new(),
        ended_at: None,
        ended_how: String::new(),
        closed_at: None,
    })
}

impl Incident {
    /// Callers are told something else from now on; the buildings may have changed too.
    ///
    /// # Errors
    /// `refuse-incident-over`; `refuse-incomplete` without a sentence; `refuse-nothing-changed`.
    pub fn update(&mut self, say: &str, notice: &str, buildings: Vec<String>, now: i64) -> Result<(), Refusal> {
        self.must_be_open()?;
        let say = required(say, "missing-incident-say")?;
        let notice = privacy::masked(notice.trim());
        if (&say, &notice, &buildings) == (&self.say, &self.notice, &self.buildings) {
            return Err(Refusal::new("refuse-nothing-changed"));
        }
        if say != self.say {
            self.before.push(Said {
                at: now,
                say: std::mem::replace(&mut self.say, say),
            });
        }
        self.notice = notice;
        self.buildings = buildings;
        Ok(())
    }

    /// It is over. `waiting`: callers that are to be told.
    ///
    /// # Errors
    /// `refuse-incident-over`; `refuse-incomplete` without the words for callers.
    pub fn end(&mut self, how: &str, waiting: usize, now: i64) -> Result<(), Refusal> {
        self.must_be_open()?;
        self.ended_how = required(how, "missing-how")?;
        self.ended_at = Some(now);
        self.state = State::Ended;
        self.settle(waiting, now);
        Ok(())
    }

    /// Closed as soon as everybody was told.
    pub fn settle(&mut self, waiting: usize, now: i64) {
        if self.state == State::Ended && waiting == 0 {
            self.state = State::Closed;
            self.closed_at = Some(now);
        }
    }

    /// # Errors
    /// `refuse-incident-over`.
    pub fn must_be_open(&self) -> Result<(), Refusal> {
        if self.state == State::Open {
            Ok(())
        } else {
            Err(Refusal::new("refuse-incident-over"))
        }
    }
}

/// A call back to a caller. Returns whether the caller is done with.
///
/// # Errors
/// `refuse-incident-open` before the end; `refuse-caller-told` for who was told; `refuse-incomplete` where it is not over and
/// nobody says what is wrong.
pub fn tell(incident: &Incident, caller: &mut Caller, told: Told, note: &str, now: i64) -> Result<bool, Refusal> {
    if incident.state == State::Open {
        return Err(Refusal::new("refuse-incident-open"));
    }
    if caller.told_at.is_some() {
        return Err(Refusal::new("refuse-caller-told"));
    }
    if told == Told::NotOver {
        required(note, "missing-note")?;
    }
    let done = match told {
        Told::Over | Told::NotOver => true,
        Told::NoAnswer => {
            caller.attempts += 1;
            caller.attempts >= ATTEMPTS
        }
    };
    if done {
        caller.told_at = Some(now);
    }
    Ok(done)
}

#[cfg(test)]
mod random;

#[cfg(test)]
mod tests {
    use super::*;

    fn incident() -> Incident {
        let form = Open {
            id: "i".into(),
            number: "QT-1".into(),
            item: String::new(),
            title: " 停电 ".into(),
            buildings: vec!["3".into()],
            say: "3 栋停电，正在抢修".into(),
            notice: String::new(),
        };
        open(form, "s".into(), 1).unwrap()
    }

    fn caller() -> Caller {
        Caller {
            id: "c".into(),
            case: "k".into(),
            contact: "l".into(),
            told_at: None,
            attempts: 0,
        }
    }

    #[test]
    fn what_is_lacking_is_named_at_once() {
        let form = Open {
            id: "i".into(),
            number: "QT-1".into(),
            item: String::new(),
            title: " ".into(),
            buildings: Vec::new(),
            say: String::new(),
            notice: String::new(),
        };
        let refusal = open(form, "s".into(), 1).unwrap_err();
        let keys: Vec<_> = refusal.missing.iter().map(|m| m.key).collect();
        assert_eq!(keys, ["missing-incident-title", "missing-incident-say"]);
    }

    #[test]
    fn it_touches_its_buildings_or_all() {
        let mut i = incident();
        assert!(i.touches("3") && !i.touches("33") && !i.touches(""));
        i.update("全小区停电", "", Vec::new(), 2).unwrap();
        assert!(i.touches("33"));
        assert_eq!(i.before.len(), 1);
        assert_eq!(
            i.update("全小区停电", "", Vec::new(), 2).unwrap_err().rule,
            "refuse-nothing-changed"
        );
    }

    #[test]
    fn nobody_is_told_before_the_end_and_nobody_twice() {
        let (mut i, mut c) = (incident(), caller());
        let early = tell(&i, &mut c, Told::Over, "", 2).unwrap_err();
        assert_eq!(early.rule, "refuse-incident-open");
        i.end("已恢复", 1, 3).unwrap();
        assert_eq!(i.state, State::Ended);
        assert!(i.update("x", "", Vec::new(), 3).is_err() && i.end("x", 0, 3).is_err());
        assert!(tell(&i, &mut c, Told::NotOver, " ", 4).is_err());
        assert!(tell(&i, &mut c, Told::Over, "", 4).unwrap());
        assert_eq!(
            tell(&i, &mut c, Told::Over, "", 5).unwrap_err().rule,
            "refuse-caller-told"
        );
        i.settle(1, 5);
        assert_eq!(i.state, State::Ended);
        i.settle(0, 5);
        assert_eq!((i.state, i.closed_at), (State::Closed, Some(5)));
    }

    #[test]
    fn who_never_answers_is_given_up_after_three_calls() {
        let (mut i, mut c) = (incident(), caller());
        i.end("已恢复", 1, 3).unwrap();
        assert!(!tell(&i, &mut c, Told::NoAnswer, "", 4).unwrap());
        assert!(!tell(&i, &mut c, Told::NoAnswer, "", 5).unwrap());
        assert!(tell(&i, &mut c, Told::NoAnswer, "", 6).unwrap());
    }

    #[test]
    fn without_callers_it_is_closed_at_its_end() {
        let mut i = incident();
        i.end("已恢复", 0, 3).unwrap();
        assert_eq!(i.state, State::Closed);
    }
}
