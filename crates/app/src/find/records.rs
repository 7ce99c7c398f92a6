//! Cases, work orders and contacts, by number and by words.

use domain::access::{Action, Reach};
use domain::fold::{fold_code, is_han};
use domain::ids::CaseId;
use domain::number::{DateQuery, NumberQuery, Series};
use domain::room::RoomKey;
use jiff::civil::Date;
use store::case::CaseLine;
use store::directory::find::{self as db, Pick};
use store::seam::Conn;

use super::mark::{mark, mark_number};
use super::{Finder, Hit, HitKind, LOOK, WORDS, range};
use crate::ctx::Ctx;
use crate::directory::{visible_cases, visible_contact};
use crate::error::Res;

impl Finder<'_> {
    /// Numbers of cases, orders and contacts.
    pub(super) fn numbers(&mut self, c: &mut Conn) -> Res<()> {
        let needle = [fold_code(&self.text)];
        let whole = NumberQuery::parse(&self.text).is_some_and(|q| q.seq.is_some());
        if !whole
            && let Some(begin) = domain::number::beginning(&self.text)
            && let Some(series) = begin.get(..2).and_then(|s| s.parse().ok())
        {
            return self.beginning(c, series, &begin, &needle);
        }
        let Some(q) = NumberQuery::parse(&self.text) else {
            return Ok(());
        };
        let site = self.ctx.site.clone();
        let cases = q.series.is_none_or(|s| CASES.contains(&s));
        let contacts = q.series.is_none_or(|s| s == Series::Contact);
        let orders = q.series.is_none_or(|s| s == Series::Order);
        match (q.date, q.seq) {
            (date, Some(seq)) => {
                let tail = format!("{seq:04}");
                let all: Vec<String> = match date {
                    None => Vec::new(),
                    Some(d) => self
                        .days(d)
                        .iter()
                        .flat_map(|day| numbers_of(q.series, *day, seq))
                        .collect(),
                };
                let pick = Pick {
                    site: site.as_str().to_owned(),
                    numbers: all,
                    ..Pick::default()
                };
                // A bare `37` or `1201` is a number only behind everything else; four digits are enough, with a series fewer.
                let bare = q.series.is_none() && date.is_none();
                if bare && self.text.len() < 4 {
                    return Ok(());
                }
                let score = if bare {
                    45
                } else if date.is_some() {
                    100
                } else {
                    90
                };
                if cases {
                    let rows = if date.is_some() {
                        db::cases(c, &pick)?
                    } else {
                        db::cases_running(c, &site, &tail, q.series.map_or("", |s| s.as_str()), LOOK)?
                    };
                    self.cases(c, rows, &needle, score)?;
                }
                if contacts {
                    let rows = if date.is_some() {
                        db::contacts(c, &pick)?
                    } else {
                        db::contacts_running(c, &site, &tail, LOOK)?
                    };
                    self.contacts(c, rows, &needle, score)?;
                }
                if orders {
                    let rows = if date.is_some() {
                        db::orders(c, &pick)?
                    } else {
                        db::orders_running(c, &site, &tail, LOOK)?
                    };
                    self.orders(c, rows, &needle, score)?;
                }
            }
            (Some(DateQuery::Day(day)), None) if q.series.is_none() => {
                for s in CASES {
                    self.beginning(c, *s, &format!("{s}-{}-", day.strftime("%Y%m%d")), &needle)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Numbers of which only the beginning was typed: `LX-20261122`.
    fn beginning(&mut self, c: &mut Conn, series: Series, begin: &str, needle: &[String]) -> Res<()> {
        let site = self.ctx.site.clone();
        let (from, to) = range(begin);
        match series {
            Series::Order => {
                let rows = db::orders_numbered(c, &site, &from, &to, LOOK)?;
                self.orders(c, rows, needle, 88)
            }
            Series::Contact if self.ctx.reach(Action::ViewContacts) != Reach::Never => {
                let rows = db::contacts_numbered(c, &site, &from, &to, LOOK)?;
                self.contacts(c, rows, needle, 88)?;
                Ok(())
            }
            s if CASES.contains(&s) => {
                let rows = db::cases_numbered(c, &site, &from, &to, LOOK)?;
                self.cases(c, rows, needle, 88)
            }
            _ => Ok(()),
        }
    }

    /// The days a typed date may mean, the newest first.
    fn days(&self, d: DateQuery) -> Vec<Date> {
        match d {
            DateQuery::Day(day) => vec![day],
            DateQuery::MonthDay { month, day } => {
                // The site's zone moves the year's edge by some hours; the year around it is looked at too.
                let year = jiff::Timestamp::from_millisecond(self.ctx.now)
                    .map_or(2026, |t| t.to_zoned(jiff::tz::TimeZone::UTC).year());
                (0..6)
                    .filter_map(|back| Date::new(year + 1 - back, month, day).ok())
                    .collect()
            }
        }
    }

    /// Words of the content: the newest hits, open ones first, and open ones of any age by their title.
    pub(super) fn words(&mut self, c: &mut Conn) -> Res<()> {
        let mut tokens = domain::tokens::query_tokens(&self.text);
        if tokens.is_empty() || (tokens.len() == 1 && tokens.iter().all(|t| t.len() < 2)) {
            return Ok(());
        }
        let site = self.ctx.site.clone();
        let needles: Vec<String> = self.text.split(' ').map(str::to_owned).collect();
        let words = if self.keep <= 16 { WORDS / 2 } else { WORDS };
        let ask = |c: &mut Conn, kinds: &[&str], tokens: &[String]| {
            let q = store::search::Query {
                site: site.as_str(),
                kinds,
                tokens,
                prefix: may_begin(tokens),
                before: None,
                limit: words,
            };
            store::search::find(c, &q)
        };
        // A record's number stands in the index without its dashes; old ones stay there.
        if NumberQuery::parse(&self.text).is_some_and(|q| q.series.is_some()) {
            tokens = vec![
                fold_code(&self.text)
                    .to_lowercase()
                    .replace(['-', '_', '.', '/', '#'], ""),
            ];
        }
        if self.ctx.reach(Action::ViewCase) != Reach::Never {
            let hits = ask(c, &["case"], &tokens)?;
            let ids: Vec<String> = hits.into_iter().map(|h| h.subject_id).collect();
            if !ids.is_empty() {
                let rows = db::cases(
                    c,
                    &Pick {
                        site: site.as_str().to_owned(),
                        ids,
                        ..Pick::default()
                    },
                )?;
                self.cases(c, rows, &needles, 38)?;
            }
            let like: String = self.text.chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect();
            if like.chars().count() >= 2 && like.chars().any(is_han) {
                let rows = db::open_titled(c, &site, &format!("%{like}%"), LOOK)?;
                self.cases(c, rows, &needles, 38)?;
            }
        }
        if self.ctx.reach(Action::ViewContacts) != Reach::Never {
            let hits = ask(c, &["contact"], &tokens)?;
            let ids: Vec<String> = hits.into_iter().take(20).map(|h| h.subject_id).collect();
            if !ids.is_empty() {
                let rows = db::contacts(
                    c,
                    &Pick {
                        site: site.as_str().to_owned(),
                        ids,
                        ..Pick::default()
                    },
                )?;
                // A unit was asked for: the same numbers at another door are another door.
                let unit = RoomKey::parse(&self.text).ok().filter(|k| k.entrance.is_some());
                let other = |address: &str| match (&unit, RoomKey::parse(address)) {
                    (Some(u), Ok(a)) => u.match_key() != a.match_key(),
                    _ => false,
                };
                let rows = rows.into_iter().filter(|k| !other(&k.address)).collect();
                // Behind closed cases: most of them led to one.
                self.contacts(c, rows, &needles, 18)?;
            }
        }
        Ok(())
    }

    fn cases(&mut self, c: &mut Conn, rows: Vec<CaseLine>, needles: &[String], score: u8) -> Res<()> {
        for l in visible_cases(c, self.ctx, rows)? {
            self.add(Hit {
                kind: if l.open { HitKind::OpenCase } else { HitKind::ClosedCase },
                href: format!("/cases/{}", l.id),
                label: mark(&l.title, needles),
                detail: mark_number(&l.number, needles),
                more: l.place,
                code: l.kind,
                // What was asked for by number is found wherever it stands; by words, closed cases come last.
                score: if l.open || score > 45 { score } else { score - 18 },
                unit: None,
                id: l.id.into_string(),
            });
        }
        Ok(())
    }

    fn contacts(&mut self, c: &mut Conn, rows: Vec<db::ContactHit>, needles: &[String], score: u8) -> Res<()> {
        let hidden = crate::hidden::Hidden::from(c, self.ctx)?;
        for k in rows.into_iter().filter(|k| hidden.shows_contact(k.id.as_str())) {
            if !visible_contact(self.ctx, k.staff_id.as_ref(), k.department_id.as_ref()) {
                continue;
            }
            let title = if k.summary.is_empty() {
                k.name.clone()
            } else {
                k.summary
            };
            self.add(Hit {
                kind: HitKind::Contact,
                href: format!("/contacts/{}", k.id),
                label: mark(&title, needles),
                detail: mark_number(&k.number, needles),
                more: k.address,
                code: String::new(),
                score,
                unit: None,
                id: k.id.into_string(),
            });
        }
        Ok(())
    }

    fn orders(&mut self, c: &mut Conn, rows: Vec<db::OrderHit>, needles: &[String], score: u8) -> Res<()> {
        let all = self.ctx.reach(Action::ViewCase) >= Reach::Site;
        let hidden = crate::hidden::Hidden::from(c, self.ctx)?;
        for o in rows.into_iter().filter(|o| hidden.shows(o.case_id.as_str())) {
            if !all && !sees(c, self.ctx, &o.case_id) {
                continue;
            }
            self.add(Hit {
                kind: HitKind::Order,
                href: format!("/cases/{}", o.case_id),
                label: mark(&o.title, needles),
                detail: mark_number(&o.number, needles),
                more: o.place,
                code: String::new(),
                score,
                unit: None,
                id: o.id.into_string(),
            });
        }
        Ok(())
    }
}

/// Whether the last word may be the beginning of one: a letter or digit or two begin half of all words, and gathering those
/// costs more than the rest of the search. Chinese words stand in the index as single characters and as pairs, which are
/// whole: as a beginning each would be gathered to its end instead of read from the newest.
fn may_begin(tokens: &[String]) -> bool {
    tokens
        .last()
        .is_some_and(|t| t.len() > 2 && t.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Series of cases.
const CASES: &[Series] = &[
    Series::Request,
    Series::Inquiry,
    Series::Complaint,
    Series::Help,
    Series::Suggestion,
    Series::Praise,
];

fn sees(c: &mut Conn, ctx: &Ctx, case: &CaseId) -> bool {
    crate::case::get(c, ctx, case).is_ok()
}

fn numbers_of(series: Option<Series>, day: Date, seq: u32) -> Vec<String> {
    let all = [CASES, &[Series::Contact, Series::Order]].concat();
    let series = series.map_or(all, |s| vec![s]);
    series
        .into_iter()
        .map(|s| {
            domain::number::RecordNumber {
                series: s,
                date: day,
                seq,
            }
            .to_string()
        })
        .collect()
}
