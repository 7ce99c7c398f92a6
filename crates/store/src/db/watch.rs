//! What other processes write to the same database: other replicas on PostgreSQL, `sansheng import` beside `sansheng serve`
//! on a SQLite file.
//!
//! Two ways, so that no change is missed and most are heard at once. Every second the ends of the chains are read, on
//! both engines: a site whose number has grown was written to. On PostgreSQL whoever wrote also says so by NOTIFY, after
//! the commit and outside of its transaction: NOTIFY inside one makes all commits of the database wait in line. What is
//! lost with a process that dies between the two, or with a pooler that passes no notices on, the look each second finds.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::{Db, DbUrl, Options, connect};
use crate::seam::{Conn, Error, ErrorKind, Result, Use};

/// How often the ends of the chains are read.
pub const LOOK: Duration = Duration::from_secs(1);

/// The channel of PostgreSQL's notices.
const CHANNEL: &str = "sansheng_live";

/// A site, and the number its chain had when it was heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub site: String,
    pub seq: i64,
    /// Another process said so; otherwise its number has grown, whoever did it.
    pub noticed: bool,
}

/// The ears of one process. See the module.
pub struct Watch {
    url: DbUrl,
    options: Options,
    mark: String,
    conn: Option<Conn>,
    seen: HashMap<String, i64>,
    look_at: Instant,
    away: bool,
}

impl Db {
    /// Listens for what others write. `mark` is what this process signs its own notices with.
    #[must_use]
    pub fn watch(&self, mark: &str) -> Watch {
        Watch {
            url: self.0.url.clone(),
            options: self.0.options.clone(),
            mark: mark.to_owned(),
            conn: None,
            seen: HashMap::new(),
            look_at: Instant::now(),
            away: false,
        }
    }

    /// Tells other replicas that something was committed at a site. Does nothing on SQLite, and nothing waits for it.
    pub fn tell(&self, mark: &str, site: &str, seq: i64) {
        if self.is_lite() {
            return;
        }
        let notice = format!("{mark} {seq} {site}");
        self.submit(
            move |tx| statements::tell(tx, &notice).map(|_| ()),
            |done: Result<()>| {
                if let Err(e) = done {
                    tracing::debug!(error = %e, "other replicas were not told; they look themselves");
                }
            },
        );
    }
}

impl Watch {
    /// Waits at most `longest` for something that another process wrote. The first answer names every site. A site that
    /// this process wrote to may be among them. Blocks: for a thread of its own.
    pub fn next(&mut self, longest: Duration) -> Vec<Heard> {
        match self.try_next(longest) {
            Ok(heard) => {
                self.away = false;
                heard
            }
            Err(e) => {
                if !std::mem::replace(&mut self.away, true) {
                    tracing::warn!(error = %e, "changes of other processes are not heard; trying again");
                }
                self.conn = None;
                std::thread::sleep(longest.min(LOOK));
                Vec::new()
            }
        }
    }

    fn try_next(&mut self, longest: Duration) -> Result<Vec<Heard>> {
        if self.conn.is_none() {
            let mut conn = connect(&self.url, Use::Read, &self.options)?;
            conn.listen(CHANNEL)?;
            self.conn = Some(conn);
            // Listening first and looking then, nothing falls between.
            self.look_at = Instant::now();
        }
        let until_look = self.look_at.saturating_duration_since(Instant::now());
        let wait = longest.min(until_look);
        let heard = self.wait(wait)?;
        if !heard.is_empty() || Instant::now() < self.look_at {
            return Ok(heard);
        }
        self.look_at = Instant::now() + LOOK;
        self.look()
    }

    fn conn(&mut self) -> Result<&mut Conn> {
        self.conn
            .as_mut()
            .ok_or_else(|| Error::new(ErrorKind::Connection, "no connection"))
    }

    /// The ends of the chains that have grown.
    fn look(&mut self) -> Result<Vec<Heard>> {
        let heads = statements::heads(self.conn()?)?;
        Ok(heads
            .into_iter()
            .filter(|h| self.seen.insert(h.site_id.clone(), h.seq) != Some(h.seq))
            .map(|h| Heard {
                site: h.site_id,
                seq: h.seq,
                noticed: false,
            })
            .collect())
    }

    /// Notices of others, on PostgreSQL; elsewhere just the time.
    fn wait(&mut self, longest: Duration) -> Result<Vec<Heard>> {
        let Some(found) = self.conn()?.notices(longest)? else {
            std::thread::sleep(longest);
            return Ok(Vec::new());
        };
        Ok(found.iter().filter_map(|n| read(n, &self.mark)).collect())
    }
}

/// A notice `mark seq site` of somebody else.
fn read(notice: &str, mine: &str) -> Option<Heard> {
    let mut parts = notice.splitn(3, ' ');
    let (mark, seq, site) = (parts.next()?, parts.next()?, parts.next()?);
    (mark != mine).then_some(())?;
    Some(Heard {
        site: site.to_owned(),
        seq: seq.parse().ok()?,
        noticed: true,
    })
}

pub(crate) mod statements {
    use crate::seam::{row, sql};

    row! {
        pub(in crate::db) struct Head { pub site_id: String, pub seq: i64 }
    }

    sql! {
        /// Wakes every listener once this is committed.
        pub(in crate::db) fn[pg] tell(notice: &str) -> bool { "SELECT pg_notify('sansheng_live', $1) IS NULL AS told" }
        /// One row for each site.
        pub(in crate::db) fn heads() -> Vec<Head> { "SELECT site_id, seq FROM site_head" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_of_others() {
        let heard = read("a1 17 riverside court", "b2").unwrap();
        assert_eq!((heard.site.as_str(), heard.seq), ("riverside court", 17));
        for odd in ["b2 17 site", "", "a1", "a1 x site", "a1 17"] {
            assert_eq!(read(odd, "b2"), None, "{odd}");
        }
    }
}
