//! Notices to residents (公告, COM-5): what is said to whom, in which ways it goes out, and who has been reached. `notice` is
//! the word for what staff are told.

use serde::{Deserialize, Serialize};

use crate::access::Reach;
use crate::codes::codes;
use crate::directory::Relation;
use crate::ids::{BulletinId, StaffId};
use crate::privacy;
use crate::refusal::Refusal;

/// The longest title, in characters: it stands in a text message.
pub const LONGEST_TITLE: usize = 60;
/// The longest text, in characters.
pub const LONGEST_TEXT: usize = 2_000;
/// The longest reason, and the longest name of a place, in characters.
const LONGEST_NOTE: usize = 200;
/// Boards of one notice, and networks of one.
const MOST_PLACES: usize = 30;

codes! {
    /// How far a notice is.
    State {
        Draft = "draft",
        Published = "published",
        /// Its time is over.
        Over = "over",
        /// Taken back, with a reason; a draft too.
        Withdrawn = "withdrawn",
    }
}

codes! {
    /// What it is about.
    Kind {
        Outage = "outage",
        Safety = "safety",
        Charges = "charges",
        Activity = "activity",
        Rules = "rules",
        Other = "other",
    }
}

codes! {
    /// What is known of one unit, the best first.
    Reached {
        /// The paper was handed over.
        Handed = "handed",
        /// The notice was opened by the secret address of the unit's message.
        Seen = "seen",
        /// The gateway reported that the message arrived.
        Delivered = "delivered",
        /// The message went out; nobody has said yet whether it arrived.
        Sent = "sent",
        /// At most a board or a network: nobody knows.
        Unknown = "unknown",
    }
}

impl Reached {
    /// Whether somebody of the unit has been reached for certain.
    pub const fn certain(self) -> bool {
        matches!(self, Reached::Handed | Reached::Seen | Reached::Delivered)
    }
}

/// What the record holds of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evidence<'a> {
    pub handed: bool,
    pub seen: bool,
    /// The state of its message in the outbox; `no_phone` without a number, empty while none was written.
    pub message: &'a str,
}

impl Evidence<'_> {
    /// The best that is known.
    pub fn reached(self) -> Reached {
        match self.message {
            _ if self.handed => Reached::Handed,
            _ if self.seen => Reached::Seen,
            "delivered" => Reached::Delivered,
            "sent" => Reached::Sent,
            _ => Reached::Unknown,
        }
    }
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub at: i64,
    pub by: StaffId,
}

/// A notice board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    pub place: String,
    pub up: Option<Mark>,
    pub down: Option<Mark>,
}

/// A public account, an owners' group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    pub place: String,
    /// Where it can be read there, or empty.
    pub address: String,
    pub out: Option<Mark>,
}

/// The ways in which it goes out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ways {
    pub boards: Vec<Board>,
    /// On paper, handed to each unit.
    pub file: bool,
    /// A text message to one confirmed number of each unit.
    pub message: bool,
    pub networks: Vec<Network>,
}

impl Ways {
    fn none(&self) -> bool {
        self.boards.is_empty() && self.networks.is_empty() && !self.file && !self.message
    }
}

/// Whom it is for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Audience {
    /// The whole estate.
    pub all: bool,
    /// Codes of buildings.
    pub buildings: Vec<String>,
    /// Codes of units beside these.
    pub units: Vec<String>,
}

impl Audience {
    fn none(&self) -> bool {
        !self.all && self.buildings.is_empty() && self.units.is_empty()
    }

    /// Whether a unit of a building is meant. Empty texts are unknown ones.
    pub fn covers(&self, building: &str, unit: &str) -> bool {
        self.all || self.buildings.iter().any(|b| b == building) || self.units.iter().any(|u| u == unit)
    }

    /// With what is meant beside it.
    fn with(&self, more: Audience) -> Audience {
        let mut sum = self.clone();
        sum.all |= more.all;
        for (to, from) in [(&mut sum.buildings, more.buildings), (&mut sum.units, more.units)] {
            for one in from {
                if !to.contains(&one) {
                    to.push(one);
                }
            }
        }
        sum
    }
}

/// What it said before a correction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    pub title: String,
    pub text: String,
    /// When it was corrected, by whom and why.
    pub mark: Mark,
    pub reason: String,
}

/// What a draft says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    pub kind: Option<Kind>,
    pub title: String,
    pub text: String,
    pub audience: Audience,
    /// Where it is put up.
    pub boards: Vec<String>,
    pub file: bool,
    pub message: bool,
    /// Where else it is published.
    pub networks: Vec<String>,
    /// When it is over, if that is known.
    pub until: Option<i64>,
}

/// A notice to residents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bulletin {
    pub id: BulletinId,
    pub number: String,
    pub kind: Kind,
    pub title: String,
    pub text: String,
    pub audience: Audience,
    pub ways: Ways,
    pub until: Option<i64>,
    pub state: State,
    /// The address of the incident or emergency that it came from, or empty.
    pub from: String,
    pub created: Mark,
    pub published: Option<Mark>,
    /// When it ended, and by whom if not by its time.
    pub ended_at: Option<i64>,
    pub ended_by: Option<StaffId>,
    /// Why it was withdrawn.
    pub reason: String,
    /// Of the text, from 1.
    pub version: i64,
    /// Who knows only an earlier version has to be told again.
    pub tell_from: i64,
    pub before: Vec<Before>,
}

/// Whether somebody whose right to publish reaches so far may publish this kind: the head of security publishes what
/// concerns safety, others everything.
pub fn may_publish(reach: Reach, kind: Kind) -> bool {
    match reach {
        Reach::Never => false,
        Reach::Own | Reach::Department => kind == Kind::Safety,
        Reach::Site | Reach::All => true,
    }
}

/// Who of a household is written to first, smaller before larger: who lives there, then who owns it, then the others. None:
/// who is no part of the household. Where there is a tenant, an owner is written to for want of the tenant's number only.
pub const fn nearness(relation: Relation) -> Option<u8> {
    match relation {
        Relation::Tenant => Some(1),
        Relation::Owner => Some(2),
        Relation::CoOwner => Some(3),
        Relation::Family => Some(4),
        Relation::Contact | Relation::Helper => None,
    }
}

/// A text that everybody may read: nothing is masked in it, the company's own account least of all.
fn short(text: &str, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() > most {
        return Err(Refusal::new("refuse-text-too-long").arg("bytes", most));
    }
    Ok(text.to_owned())
}

fn reason(text: &str) -> Result<String, Refusal> {
    let text = short(text, LONGEST_NOTE)?;
    if text.is_empty() {
        return Err(Refusal::new("refuse-incomplete").missing(["missing-reason"]));
    }
    Ok(privacy::masked(&text))
}

/// Places by name, each once, trimmed.
fn places(given: &[String]) -> Result<Vec<String>, Refusal> {
    let mut out: Vec<String> = Vec::new();
    for one in given {
        let one = short(one, LONGEST_NOTE)?;
        if !one.is_empty() && !out.contains(&one) {
            out.push(one);
        }
    }
    if out.len() > MOST_PLACES {
        return Err(Refusal::new("refuse-bulletin-places").arg("n", MOST_PLACES));
    }
    Ok(out)
}

/// A new draft.
///
/// # Errors
/// `refuse-incomplete` without a title, `refuse-text-too-long`.
pub fn draft(id: BulletinId, number: String, from: String, f: Form, by: Mark) -> Result<Bulletin, Refusal> {
    let mut b = Bulletin {
        id,
        number,
        kind: Kind::Other,
        title: String::new(),
        text: String::new(),
        audience: Audience::default(),
        ways: Ways::default(),
        until: None,
        state: State::Draft,
        from,
        created: by,
        published: None,
        ended_at: None,
        ended_by: None,
        reason: String::new(),
        version: 1,
        tell_from: 1,
        before: Vec::new(),
    };
    b.fill(f)?;
    Ok(b)
}

impl Bulletin {
    fn fill(&mut self, f: Form) -> Result<(), Refusal> {
        let title = short(&f.title, LONGEST_TITLE)?;
        if title.is_empty() {
            return Err(Refusal::new("refuse-incomplete").missing(["missing-bulletin-title"]));
        }
        let text = short(&f.text, LONGEST_TEXT)?;
        let (boards, networks) = (places(&f.boards)?, places(&f.networks)?);
        self.kind = f.kind.unwrap_or(Kind::Other);
        self.title = title;
        self.text = text;
        self.audience = f.audience;
        self.until = f.until;
        let board = |place| Board {
            place,
            up: None,
            down: None,
        };
        let network = |place| Network {
            place,
            address: String::new(),
            out: None,
        };
        self.ways = Ways {
            boards: boards.into_iter().map(board).collect(),
            file: f.file,
            message: f.message,
            networks: networks.into_iter().map(network).collect(),
        };
        Ok(())
    }

    fn must_be(&self, state: State) -> Result<(), Refusal> {
        if self.state == state {
            return Ok(());
        }
        Err(Refusal::new(match self.state {
            State::Draft => "refuse-bulletin-draft",
            State::Published => "refuse-bulletin-published",
            State::Over | State::Withdrawn => "refuse-bulletin-over",
        }))
    }

    /// The draft says something else. What was published is not rewritten.
    ///
    /// # Errors
    /// `refuse-bulletin-published`, `refuse-bulletin-over`; as [`draft`].
    pub fn edit(&mut self, f: Form) -> Result<(), Refusal> {
        self.must_be(State::Draft)?;
        self.fill(f)
    }

    /// It goes out.
    ///
    /// # Errors
    /// `refuse-incomplete` without a text, a way or anybody to read it; `refuse-bulletin-late` when its time is over already.
    pub fn publish(&mut self, by: Mark) -> Result<(), Refusal> {
        self.must_be(State::Draft)?;
        let lacking = [
            (self.title.is_empty(), "missing-bulletin-title"),
            (self.text.is_empty(), "missing-bulletin-text"),
            (self.audience.none(), "missing-bulletin-audience"),
            (self.ways.none(), "missing-bulletin-way"),
        ];
        let missing: Vec<_> = lacking.into_iter().filter(|m| m.0).map(|m| m.1).collect();
        if !missing.is_empty() {
            return Err(Refusal::new("refuse-incomplete").clause("COM-5").missing(missing));
        }
        if self.until.is_some_and(|at| at <= by.at) {
            return Err(Refusal::new("refuse-bulletin-late"));
        }
        self.state = State::Published;
        self.published = Some(by);
        Ok(())
    }

    /// Says it otherwise; what stood there stays to be read. `again`: who knows the old text is not counted as reached any
    /// more, and messages go out once more.
    ///
    /// # Errors
    /// `refuse-bulletin-draft`, `refuse-bulletin-over`, `refuse-incomplete`, `refuse-nothing-changed`.
    pub fn correct(&mut self, title: &str, text: &str, why: &str, again: bool, by: Mark) -> Result<(), Refusal> {
        self.must_be(State::Published)?;
        let (title, text) = (short(title, LONGEST_TITLE)?, short(text, LONGEST_TEXT)?);
        let lacking = [
            (title.is_empty(), "missing-bulletin-title"),
            (text.is_empty(), "missing-bulletin-text"),
            (why.trim().is_empty(), "missing-reason"),
        ];
        let missing: Vec<_> = lacking.into_iter().filter(|m| m.0).map(|m| m.1).collect();
        if !missing.is_empty() {
            return Err(Refusal::new("refuse-incomplete").missing(missing));
        }
        if (&title, &text) == (&self.title, &self.text) {
            return Err(Refusal::new("refuse-nothing-changed"));
        }
        let reason = reason(why)?;
        self.before.push(Before {
            title: std::mem::replace(&mut self.title, title),
            text: std::mem::replace(&mut self.text, text),
            mark: by,
            reason,
        });
        self.version += 1;
        if again {
            self.tell_from = self.version;
        }
        Ok(())
    }

    /// More people, and more ways; nobody and nothing is taken away.
    ///
    /// # Errors
    /// `refuse-bulletin-draft`, `refuse-bulletin-over`, `refuse-nothing-changed`.
    pub fn widen(&mut self, more: Form) -> Result<(), Refusal> {
        self.must_be(State::Published)?;
        let was = (self.audience.clone(), self.ways.clone());
        let (boards, networks) = (places(&more.boards)?, places(&more.networks)?);
        let new = |place: &&String, known: &[&str]| !known.contains(&place.as_str());
        let has: Vec<&str> = self.ways.boards.iter().map(|b| b.place.as_str()).collect();
        let on: Vec<&str> = self.ways.networks.iter().map(|n| n.place.as_str()).collect();
        let sums = [
            has.len() + boards.iter().filter(|b| new(b, &has)).count(),
            on.len() + networks.iter().filter(|n| new(n, &on)).count(),
        ];
        if sums.into_iter().any(|n| n > MOST_PLACES) {
            return Err(Refusal::new("refuse-bulletin-places").arg("n", MOST_PLACES));
        }
        self.audience = self.audience.with(more.audience);
        for place in boards {
            if !self.ways.boards.iter().any(|b| b.place == place) {
                self.ways.boards.push(Board {
                    place,
                    up: None,
                    down: None,
                });
            }
        }
        for place in networks {
            if !self.ways.networks.iter().any(|n| n.place == place) {
                self.ways.networks.push(Network {
                    place,
                    address: String::new(),
                    out: None,
                });
            }
        }
        self.ways.file |= more.file;
        self.ways.message |= more.message;
        if was == (self.audience.clone(), self.ways.clone()) {
            return Err(Refusal::new("refuse-nothing-changed"));
        }
        Ok(())
    }

    /// Takes it back.
    ///
    /// # Errors
    /// `refuse-bulletin-over`, `refuse-incomplete` without a reason.
    pub fn withdraw(&mut self, why: &str, by: Mark) -> Result<(), Refusal> {
        if !matches!(self.state, State::Draft | State::Published) {
            return Err(Refusal::new("refuse-bulletin-over"));
        }
        self.reason = reason(why)?;
        self.state = State::Withdrawn;
        self.ended_at = Some(by.at);
        self.ended_by = Some(by.by);
        Ok(())
    }

    /// It holds no more: somebody says so, or its time has come (`by` is none).
    ///
    /// # Errors
    /// `refuse-bulletin-draft`, `refuse-bulletin-over`.
    pub fn finish(&mut self, by: Option<StaffId>, at: i64) -> Result<(), Refusal> {
        self.must_be(State::Published)?;
        self.state = State::Over;
        self.ended_at = Some(at);
        self.ended_by = by;
        Ok(())
    }

    /// It was put up on a board.
    ///
    /// # Errors
    /// `refuse-bulletin-draft`, `refuse-bulletin-over`, `refuse-bulletin-done`, `refuse-bulletin-no-place`.
    pub fn put_up(&mut self, board: usize, by: Mark) -> Result<(), Refusal> {
        self.must_be(State::Published)?;
        let board = self.board(board)?;
        if board.up.is_some() {
            return Err(Refusal::new("refuse-bulletin-done"));
        }
        board.up = Some(by);
        Ok(())
    }

    /// It was taken down: also after it was over.
    ///
    /// # Errors
    /// `refuse-bulletin-not-up`, `refuse-bulletin-done`, `refuse-bulletin-no-place`.
    pub fn take_down(&mut self, board: usize, by: Mark) -> Result<(), Refusal> {
        let board = self.board(board)?;
        if board.up.is_none() {
            return Err(Refusal::new("refuse-bulletin-not-up"));
        }
        if board.down.is_some() {
            return Err(Refusal::new("refuse-bulletin-done"));
        }
        board.down = Some(by);
        Ok(())
    }

    fn board(&mut self, board: usize) -> Result<&mut Board, Refusal> {
        let found = self.ways.boards.get_mut(board);
        found.ok_or_else(|| Refusal::new("refuse-bulletin-no-place"))
    }

    /// It stands on a network.
    ///
    /// # Errors
    /// `refuse-bulletin-draft`, `refuse-bulletin-over`, `refuse-bulletin-done`, `refuse-bulletin-no-place`.
    pub fn put_out(&mut self, network: usize, address: &str, by: Mark) -> Result<(), Refusal> {
        self.must_be(State::Published)?;
        let address = short(address, LONGEST_NOTE)?;
        let found = self.ways.networks.get_mut(network);
        let n = found.ok_or_else(|| Refusal::new("refuse-bulletin-no-place"))?;
        if n.out.is_some() {
            return Err(Refusal::new("refuse-bulletin-done"));
        }
        n.address = address;
        n.out = Some(by);
        Ok(())
    }

    /// Whether paper may be handed over: it is one of the ways, and the notice holds.
    ///
    /// # Errors
    /// `refuse-bulletin-draft`, `refuse-bulletin-over`, `refuse-bulletin-no-paper`.
    pub fn may_hand(&self) -> Result<(), Refusal> {
        self.must_be(State::Published)?;
        if self.ways.file {
            Ok(())
        } else {
            Err(Refusal::new("refuse-bulletin-no-paper"))
        }
    }

    /// Whether messages can be sent for it.
    ///
    /// # Errors
    /// `refuse-bulletin-draft`, `refuse-bulletin-over`, `refuse-bulletin-no-message`.
    pub fn may_send(&self) -> Result<(), Refusal> {
        self.must_be(State::Published)?;
        if self.ways.message {
            Ok(())
        } else {
            Err(Refusal::new("refuse-bulletin-no-message"))
        }
    }

    /// Whether messages go out.
    pub fn sends(&self) -> bool {
        self.may_send().is_ok()
    }

    /// Boards where it still hangs although it is over.
    pub fn left_hanging(&self) -> usize {
        let hangs = |b: &&Board| b.up.is_some() && b.down.is_none();
        if matches!(self.state, State::Over | State::Withdrawn) {
            self.ways.boards.iter().filter(hangs).count()
        } else {
            0
        }
    }
}

#[cfg(test)]
mod random;

#[cfg(test)]
mod tests {
    use super::*;

    fn by(at: i64) -> Mark {
        Mark { at, by: "s".into() }
    }

    fn form() -> Form {
        Form {
            kind: Some(Kind::Outage),
            title: " 停水通知 ".into(),
            text: "周三 9:00 至 12:00 停水".into(),
            audience: Audience {
                buildings: vec!["3".into()],
                ..Audience::default()
            },
            boards: vec!["3 栋大堂".into(), " ".into(), "3 栋大堂".into()],
            file: true,
            message: true,
            networks: vec!["业主群".into()],
            until: Some(100),
        }
    }

    fn new() -> Bulletin {
        draft("b".into(), "GG-1".into(), String::new(), form(), by(1)).unwrap()
    }

    fn published() -> Bulletin {
        let mut b = new();
        b.publish(by(2)).unwrap();
        b
    }

    fn keys(r: &Refusal) -> Vec<&'static str> {
        r.missing.iter().map(|m| m.key).collect()
    }

    #[test]
    fn what_it_lacks_to_go_out_is_named_at_once() {
        let (text, audience, way) = (
            "missing-bulletin-text",
            "missing-bulletin-audience",
            "missing-bulletin-way",
        );
        type Change = fn(&mut Form);
        let table: [(Change, &[&str]); 5] = [
            (|_| {}, &[]),
            (|f| f.text.clear(), &[text]),
            (|f| f.audience = Audience::default(), &[audience]),
            (
                |f| {
                    f.boards.clear();
                    f.networks.clear();
                    (f.file, f.message) = (false, false);
                },
                &[way],
            ),
            (
                |f| {
                    *f = Form {
                        title: "x".into(),
                        ..Form::default()
                    };
                },
                &[text, audience, way],
            ),
        ];
        for (change, missing) in table {
            let mut f = form();
            change(&mut f);
            let mut b = draft("b".into(), "GG-1".into(), String::new(), f, by(1)).unwrap();
            let said = b.publish(by(2)).err().map(|r| keys(&r)).unwrap_or_default();
            assert_eq!(said, missing);
            assert_eq!(b.state == State::Published, missing.is_empty());
        }
        let nameless = Form {
            title: " ".into(),
            ..form()
        };
        let none = draft("b".into(), "GG-1".into(), String::new(), nameless, by(1)).unwrap_err();
        assert_eq!(keys(&none), ["missing-bulletin-title"]);
    }

    #[test]
    fn texts_have_their_lengths_and_places_stand_once() {
        assert_eq!((new().title.as_str(), new().ways.boards.len()), ("停水通知", 1));
        let table = [
            (LONGEST_TITLE, 1, true),
            (LONGEST_TITLE + 1, 1, false),
            (1, LONGEST_TEXT, true),
            (1, LONGEST_TEXT + 1, false),
        ];
        for (title, text, fits) in table {
            let f = Form {
                title: "水".repeat(title),
                text: "水".repeat(text),
                ..form()
            };
            assert_eq!(new().edit(f).is_ok(), fits, "{title} {text}");
        }
        let late = Form {
            until: Some(2),
            ..form()
        };
        let mut b = draft("b".into(), "GG-1".into(), String::new(), late, by(1)).unwrap();
        assert_eq!(b.publish(by(2)).unwrap_err().rule, "refuse-bulletin-late");
    }

    #[test]
    fn each_step_is_possible_in_its_states() {
        type Step = fn(&mut Bulletin) -> Result<(), Refusal>;
        let steps: [(&str, Step, [bool; 4]); 9] = [
            ("edit", |b| b.edit(form()), [true, false, false, false]),
            ("publish", |b| b.publish(by(3)), [true, false, false, false]),
            (
                "correct",
                |b| b.correct("x", "y", "错字", false, by(3)),
                [false, true, false, false],
            ),
            (
                "widen",
                |b| {
                    b.widen(Form {
                        boards: vec!["门岗".into()],
                        ..Form::default()
                    })
                },
                [false, true, false, false],
            ),
            ("withdraw", |b| b.withdraw("取消", by(3)), [true, true, false, false]),
            ("finish", |b| b.finish(None, 3), [false, true, false, false]),
            ("up", |b| b.put_up(0, by(3)), [false, true, false, false]),
            ("out", |b| b.put_out(0, "", by(3)), [false, true, false, false]),
            ("hand", |b| b.may_hand(), [false, true, false, false]),
        ];
        let mut over = published();
        over.finish(Some("s".into()), 3).unwrap();
        let mut withdrawn = published();
        withdrawn.withdraw("取消", by(3)).unwrap();
        for (name, step, possible) in steps {
            let states = [new(), published(), over.clone(), withdrawn.clone()];
            for (mut b, may) in states.into_iter().zip(possible) {
                let before = b.state;
                assert_eq!(step(&mut b).is_ok(), may, "{name} {before}");
            }
        }
    }

    #[test]
    fn what_was_published_stays_to_be_read() {
        let mut b = published();
        assert!(b.correct("停水通知", "改到周四", " ", false, by(3)).is_err());
        assert_eq!(
            b.correct(&b.title.clone(), &b.text.clone(), "错字", false, by(3))
                .unwrap_err()
                .rule,
            "refuse-nothing-changed"
        );
        // A reason that is too long is refused, and the text that stands is still the published one.
        let long = "长".repeat(LONGEST_NOTE + 1);
        assert!(b.correct("停水通知", "改到周四", &long, false, by(3)).is_err());
        assert_eq!(b, published());
        b.correct("停水通知", "改到周四", "日期有误", false, by(3)).unwrap();
        assert_eq!((b.version, b.tell_from), (2, 1));
        b.correct("停水通知", "改到周五", "又改期", true, by(4)).unwrap();
        assert_eq!((b.version, b.tell_from), (3, 3));
        let old: Vec<_> = b.before.iter().map(|x| x.text.as_str()).collect();
        assert_eq!(old, ["周三 9:00 至 12:00 停水", "改到周四"]);
        assert!(b.clone().withdraw("", by(5)).is_err());
    }

    #[test]
    fn an_audience_only_grows() {
        let mut b = published();
        assert!(b.audience.covers("3", "3-1-101") && !b.audience.covers("4", "4-1-101") && !b.audience.covers("", ""));
        let more = |buildings: &[&str], units: &[&str]| Form {
            audience: Audience {
                all: false,
                buildings: buildings.iter().map(|x| (*x).to_owned()).collect(),
                units: units.iter().map(|x| (*x).to_owned()).collect(),
            },
            ..Form::default()
        };
        assert_eq!(b.widen(more(&["3"], &[])).unwrap_err().rule, "refuse-nothing-changed");
        b.widen(more(&[], &["4-1-101"])).unwrap();
        assert!(b.audience.covers("3", "") && b.audience.covers("4", "4-1-101") && !b.audience.covers("4", "4-1-102"));
    }

    #[test]
    fn a_board_goes_up_and_down_once_and_is_not_forgotten() {
        let mut b = published();
        assert_eq!(b.take_down(0, by(3)).unwrap_err().rule, "refuse-bulletin-not-up");
        assert_eq!(b.put_up(7, by(3)).unwrap_err().rule, "refuse-bulletin-no-place");
        b.put_up(0, by(3)).unwrap();
        assert_eq!(b.put_up(0, by(4)).unwrap_err().rule, "refuse-bulletin-done");
        assert_eq!(b.left_hanging(), 0);
        b.finish(None, 5).unwrap();
        assert_eq!(b.left_hanging(), 1);
        b.take_down(0, by(6)).unwrap();
        assert_eq!(b.left_hanging(), 0);
        assert_eq!(b.take_down(0, by(7)).unwrap_err().rule, "refuse-bulletin-done");
    }

    #[test]
    fn the_best_evidence_counts() {
        use Reached::*;
        for (handed, seen, message, best, certain) in [
            (true, true, "delivered", Handed, true),
            (false, true, "sent", Seen, true),
            (false, false, "delivered", Delivered, true),
            (false, false, "sent", Sent, false),
            (false, false, "queued", Unknown, false),
            (false, false, "failed", Unknown, false),
            (false, false, "no_channel", Unknown, false),
            (false, false, "no_phone", Unknown, false),
            (false, false, "", Unknown, false),
        ] {
            let e = Evidence { handed, seen, message };
            assert_eq!((e.reached(), e.reached().certain()), (best, certain), "{e:?}");
        }
    }

    #[test]
    fn the_head_of_security_publishes_what_concerns_safety() {
        for kind in Kind::ALL {
            assert!(may_publish(Reach::Site, *kind) && !may_publish(Reach::Never, *kind));
            assert_eq!(may_publish(Reach::Department, *kind), *kind == Kind::Safety);
        }
    }
}
