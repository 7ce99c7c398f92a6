//! The full-text index over cases, contacts and whatever else has words: the same hits on both engines, newest first.
//! The one place, with `migrate.rs`, where the engines' texts differ.
//!
//! Tokens come ready from `domain::tokens`. They are stored *encoded*, so that neither engine has an opinion about what a
//! letter is: plain `a-z0-9` as they are, anything else as the hex of its code points. In front stands a short code of
//! site and kind, so that a search walks only the lists of what it looks for; a collision of codes is harmless, because
//! site and kind are compared as well.
//!
//! The id of a line is its time, made unique: the key's order is newest first, the full-text index has the same ids, and
//! a page stops after its last hit instead of ranking all of them. On PostgreSQL the newest [`WALK`] lines are looked at
//! first: a common word fills its page there. A word that does not is rare enough for its hits to be collected from the
//! GIN index and sorted; left to itself the planner would walk the primary key for it, to the end.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::seam::{Conn, Error, Result, row, sql};

/// Lines looked at one by one before the index is asked for all hits.
const WALK: i64 = 2_000;
/// The lower bits of an id tell lines of the same millisecond apart.
const SPREAD: u32 = 20;

row! {
    /// A hit. `cursor` is what `before` of the next page is.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Hit { pub cursor: i64, pub subject_kind: String, pub subject_id: String, pub at: i64 }
}

sql! {
    fn line(site: &str, kind: &str, id: &str) -> Option<i64> {
        "SELECT id FROM search_doc WHERE site_id = $1 AND subject_kind = $2 AND subject_id = $3"
    }
    fn taken(id: i64) -> bool { "SELECT EXISTS (SELECT 1 FROM search_doc WHERE id = $1) AS taken" }
    fn delete_line(id: i64) { "DELETE FROM search_doc WHERE id = $1" }

    fn[lite] insert_line(id: i64, site: &str, kind: &str, subject: &str, at: i64) {
        "INSERT INTO search_doc (id, site_id, subject_kind, subject_id, at) VALUES ($1, $2, $3, $4, $5)"
    }
    fn[lite] insert_words(id: i64, words: &str) { "INSERT INTO search_fts (rowid, words) VALUES ($1, $2)" }
    fn[lite] delete_words(id: i64) { "DELETE FROM search_fts WHERE rowid = $1" }
    fn[lite] hits(query: &str, site: &str, kind: &str, before: i64, limit: i64) -> Vec<Hit> {
        "SELECT d.id AS cursor, d.subject_kind, d.subject_id, d.at
         FROM search_fts CROSS JOIN search_doc d ON d.id = search_fts.rowid
         WHERE search_fts MATCH $1 AND d.site_id = $2 AND d.subject_kind = $3 AND search_fts.rowid < $4
         ORDER BY search_fts.rowid DESC LIMIT $5"
    }

    fn[pg] insert_all(id: i64, site: &str, kind: &str, subject: &str, at: i64, words: &str) {
        "INSERT INTO search_doc (id, site_id, subject_kind, subject_id, at, words)
         VALUES ($1, $2, $3, $4, $5, array_to_tsvector(string_to_array($6, ' ')))"
    }
    fn[pg] newest_hits(site: &str, kind: &str, before: i64, walk: i64, query: &str, limit: i64) -> Vec<Hit> {
        "SELECT id AS cursor, subject_kind, subject_id, at FROM (
           SELECT id, subject_kind, subject_id, at, words FROM search_doc
           WHERE site_id = $1 AND subject_kind = $2 AND id < $3 ORDER BY id DESC LIMIT $4) newest
         WHERE words @@ CAST(CAST($5 AS TEXT) AS tsquery) ORDER BY id DESC LIMIT $6"
    }
    fn[pg] all_hits(query: &str, site: &str, kind: &str, before: i64, limit: i64) -> Vec<Hit> {
        "WITH hit AS MATERIALIZED (
           SELECT id, site_id, subject_kind, subject_id, at FROM search_doc
           WHERE words @@ CAST(CAST($1 AS TEXT) AS tsquery))
         SELECT id AS cursor, subject_kind, subject_id, at FROM hit
         WHERE site_id = $2 AND subject_kind = $3 AND id < $4 ORDER BY id DESC LIMIT $5"
    }
}

/// Puts a subject into the index or replaces its words. `at` (unix milliseconds) is what "newest" means for it.
/// Without tokens it is only removed.
pub fn put(conn: &mut Conn, site: &str, kind: &str, id: &str, at: i64, tokens: &[String]) -> Result<()> {
    remove(conn, site, kind, id)?;
    let mut words: Vec<String> = tokens
        .iter()
        .filter(|t| !t.is_empty())
        .map(|t| encode(site, kind, t))
        .collect();
    words.sort_unstable();
    words.dedup();
    if words.is_empty() {
        return Ok(());
    }
    let words = words.join(" ");
    let doc = free_id(conn, at, id)?;
    if conn.is_lite() {
        insert_line(conn, doc, site, kind, id, at)?;
        insert_words(conn, doc, &words)
    } else {
        insert_all(conn, doc, site, kind, id, at, &words)
    }
}

/// Takes a subject out of the index; nothing happens if it is not in it.
pub fn remove(conn: &mut Conn, site: &str, kind: &str, id: &str) -> Result<()> {
    let Some(doc) = line(conn, site, kind, id)? else {
        return Ok(());
    };
    if conn.is_lite() {
        delete_words(conn, doc)?;
    }
    delete_line(conn, doc)
}

/// What to look for.
#[derive(Debug, Clone)]
pub struct Query<'a> {
    pub site: &'a str,
    /// Kinds to look in; none finds nothing.
    pub kinds: &'a [&'a str],
    /// All of them must be in a hit; none finds nothing.
    pub tokens: &'a [String],
    /// The last token may be the beginning of a word.
    pub prefix: bool,
    /// The cursor of the last hit seen.
    pub before: Option<i64>,
    pub limit: i64,
}

/// Hits, newest first.
pub fn find(conn: &mut Conn, q: &Query<'_>) -> Result<Vec<Hit>> {
    let mut hits = Vec::new();
    if q.tokens.iter().all(String::is_empty) {
        return Ok(hits);
    }
    let before = q.before.unwrap_or(i64::MAX);
    for kind in q.kinds {
        hits.append(&mut if conn.is_lite() {
            let text = question(
                q,
                kind,
                |word, prefix| format!("\"{word}\"{}", if prefix { "*" } else { "" }),
                " AND ",
            );
            self::hits(conn, &text, q.site, kind, before, q.limit)?
        } else {
            let text = question(
                q,
                kind,
                |word, prefix| format!("'{word}'{}", if prefix { ":*" } else { "" }),
                " & ",
            );
            let newest = newest_hits(conn, q.site, kind, before, WALK, &text, q.limit)?;
            if i64::try_from(newest.len()).unwrap_or(i64::MAX) >= q.limit {
                newest
            } else {
                all_hits(conn, &text, q.site, kind, before, q.limit)?
            }
        });
    }
    hits.sort_unstable_by_key(|h| std::cmp::Reverse(h.cursor));
    hits.truncate(usize::try_from(q.limit).unwrap_or(0));
    Ok(hits)
}

/// The words in the engine's query language. Encoded words hold nothing that would have to be escaped.
fn question(q: &Query<'_>, kind: &str, word: impl Fn(&str, bool) -> String, and: &str) -> String {
    let tokens: Vec<&String> = q.tokens.iter().filter(|t| !t.is_empty()).collect();
    let last = tokens.len() - 1;
    let words: Vec<String> = tokens
        .iter()
        .enumerate()
        .map(|(i, t)| word(&encode(q.site, kind, t), q.prefix && i == last))
        .collect();
    words.join(and)
}

/// Code of site and kind (5 letters), `a` for a plain token or `u` for one in hex, the token. Prefixes stay prefixes.
fn encode(site: &str, kind: &str, token: &str) -> String {
    let sum = Sha256::digest(format!("{site}\0{kind}"));
    let mut out: String = sum.iter().take(5).map(|b| char::from(b'a' + b % 26)).collect();
    if token.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        out.push('a');
        out.push_str(token);
    } else {
        out.push('u');
        for c in token.chars() {
            let c = u32::from(c);
            // Writing to a String cannot fail.
            let _ = if c < 0x1_0000 {
                write!(out, "{c:04x}")
            } else {
                write!(out, "z{c:06x}")
            };
        }
    }
    out
}

/// An id that orders by time: the millisecond, then some bits from the subject, then the next free.
fn free_id(conn: &mut Conn, at: i64, subject: &str) -> Result<i64> {
    let sum = Sha256::digest(subject);
    let start = (i64::from(sum[0]) << 16 | i64::from(sum[1]) << 8 | i64::from(sum[2])) & ((1 << SPREAD) - 1);
    let base = at.clamp(0, i64::MAX >> (SPREAD + 1)) << SPREAD;
    for n in 0..64 {
        let id = base | (start + n) & ((1 << SPREAD) - 1);
        if !taken(conn, id)? {
            return Ok(id);
        }
    }
    Err(Error::other("too many searchable things at one instant"))
}
