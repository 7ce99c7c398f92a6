//! The journal: what happened, once for each site, in an unbroken chain. Append-only; everything else in the database is
//! a projection of it.
//!
//! **Personal values** never stand in an entry. A top-level key of the body that is personal is moved to the table
//! `personal_value`; the body keeps `{"h": salted hash, "pv": id}`. Reading puts the values back; what was erased reads as
//! `{"erased": true}`. The address a request came from is such a value too, owned by the actor (key `_ip`).
//!
//! **The chain.** `hash` of an entry is SHA-256, in lower-case hex, over the concatenation of these fields in this order:
//! the text `sansheng-journal-1`, `prev_hash`, `site_id`, `seq`, `event_id`, `happened_at`, `recorded_at`, `actor_kind`,
//! `actor_id`, `via`, `subject_kind`, `subject_id`, `case_id`, `kind`, `body`; each as its length in bytes (32 bits, big
//! endian) and its bytes: texts as UTF-8 and exactly as stored, numbers in decimal, a missing `case_id` as the length
//! `ffffffff` and no bytes. `prev_hash` of the first entry is empty; `site_head` holds the last number and hash.
//!
//! The hash of a personal value is SHA-256 over its salt, a zero byte and its JSON text. The salt is erased with it, so
//! that a short value (a phone number) cannot be found by trying all of them.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::db::Db;
use crate::seam::{Conn, Error, Q, Result, row, sql};

/// The site under which company-wide events stand: staff, sign-in, settings. An empty site means the same.
pub const COMPANY: &str = "company";

const IP: &str = "_ip";

/// An entry to be written with [`crate::db::Tx::journal`]. Instants are unix milliseconds.
#[derive(Debug, Clone, Default)]
pub struct NewEntry {
    pub site_id: String,
    /// A fresh id.
    pub event_id: String,
    /// When it happened, which may be long before it was entered.
    pub happened_at: i64,
    pub recorded_at: i64,
    /// Who did it: `staff`, `resident`, `vendor`, `system` …
    pub actor_kind: String,
    pub actor_id: String,
    /// Through what: `web`, `api`, `link`, `import`, `timer` …
    pub via: String,
    /// What it happened to.
    pub subject_kind: String,
    pub subject_id: String,
    /// The case it belongs to, if any.
    pub case_id: Option<String>,
    /// The code of the event.
    pub kind: String,
    /// An object. Keys starting with `_` are taken.
    pub body: Value,
    /// The keys of the body that are personal values.
    pub personal: Vec<Personal>,
    /// The network address the request came from.
    pub ip: Option<String>,
    /// 16 or more random bytes in hex, fresh for each entry. Needed if anything is personal.
    pub secret: String,
}

/// A top-level key of the body that holds a personal value, and whose it is: erasing goes by owner.
#[derive(Debug, Clone)]
pub struct Personal {
    pub key: String,
    pub owner_kind: String,
    pub owner_id: String,
}

impl NewEntry {
    /// Marks keys of the body as personal values of one owner.
    #[must_use]
    pub fn personal(mut self, keys: &[&str], owner_kind: &str, owner_id: &str) -> NewEntry {
        self.personal.extend(keys.iter().map(|k| Personal {
            key: (*k).to_owned(),
            owner_kind: owner_kind.to_owned(),
            owner_id: owner_id.to_owned(),
        }));
        self
    }
}

/// An entry as it is read: with its personal values, as far as they still exist.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub site_id: String,
    pub seq: i64,
    pub event_id: String,
    pub happened_at: i64,
    pub recorded_at: i64,
    pub actor_kind: String,
    pub actor_id: String,
    pub via: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub case_id: Option<String>,
    pub kind: String,
    pub body: Value,
    /// `None` also when it was erased.
    pub ip: Option<String>,
    pub hash: String,
}

row! {
    /// A row of the journal.
    struct EntryRow {
        site_id: String, seq: i64, event_id: String, happened_at: i64, recorded_at: i64, actor_kind: String,
        actor_id: String, via: String, subject_kind: String, subject_id: String, case_id: Option<String>, kind: String,
        body: String, prev_hash: String, hash: String
    }
}

row! {
    struct PersonalRow {
        id: String, site_id: String, owner_kind: String, owner_id: String, journal_seq: i64, field: String,
        value: Option<String>, salt: Option<String>, erased_at: Option<i64>
    }
}

row! {
    /// The end of a site's chain.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Head { pub seq: i64, pub hash: String }
}

sql! {
    /// Takes the next `n` numbers of a site; the hash is that of the last entry before them. Other writers of the site
    /// wait from here to the commit.
    fn take(site: &str, n: i64) -> Head {
        "INSERT INTO site_head (site_id, seq, hash) VALUES ($1, $2, '')
         ON CONFLICT (site_id) DO UPDATE SET seq = site_head.seq + excluded.seq RETURNING seq, hash"
    }
    fn set_hash(hash: &str, site: &str) { "UPDATE site_head SET hash = $1 WHERE site_id = $2" }
    fn insert(row: &EntryRow) { insert "journal" }
    fn insert_personal(row: &PersonalRow) { insert "personal_value" }

    /// The end of a site's chain; none before its first entry.
    fn head_of(site: &str) -> Option<Head> { "SELECT seq, hash FROM site_head WHERE site_id = $1" }
    /// Every site that has a journal, also one whose head was taken away. Steps from site to site in the key.
    pub fn sites() -> Vec<String> {
        "WITH RECURSIVE step (site_id) AS (
           SELECT MIN(site_id) FROM journal
           UNION ALL
           SELECT (SELECT MIN(j.site_id) FROM journal j WHERE j.site_id > step.site_id) FROM step WHERE step.site_id IS NOT NULL)
         SELECT site_id FROM step WHERE site_id IS NOT NULL UNION SELECT site_id FROM site_head ORDER BY 1"
    }

    fn after(site: &str, seq: i64, limit: i64) -> Vec<EntryRow> {
        "SELECT ", EntryRow::COLS, " FROM journal WHERE site_id = $1 AND seq > $2 ORDER BY seq LIMIT $3"
    }
    fn subject_before(site: &str, kind: &str, id: &str, before: i64, limit: i64) -> Vec<EntryRow> {
        "SELECT ", EntryRow::COLS, " FROM journal
         WHERE site_id = $1 AND subject_kind = $2 AND subject_id = $3 AND seq < $4 ORDER BY seq DESC LIMIT $5"
    }
    fn case_before(site: &str, case: &str, before: i64, limit: i64) -> Vec<EntryRow> {
        "SELECT ", EntryRow::COLS, " FROM journal
         WHERE site_id = $1 AND case_id = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4"
    }
    fn look_rows(f: &Look) -> Vec<EntryRow> { dynamic look_q, Look::variants }
    fn recorded_at(site: &str, seq: i64) -> Option<i64> {
        "SELECT recorded_at FROM journal WHERE site_id = $1 AND seq = $2"
    }
    /// The last number of a case's entries; none before its first.
    pub fn last_of_case(site: &str, case: &str) -> Option<i64> {
        "SELECT seq FROM journal WHERE site_id = $1 AND case_id = $2 ORDER BY seq DESC LIMIT 1"
    }
    fn one(site: &str, seq: i64) -> Option<EntryRow> {
        "SELECT ", EntryRow::COLS, " FROM journal WHERE site_id = $1 AND seq = $2"
    }

    fn personal_between(site: &str, low: i64, high: i64) -> Vec<PersonalRow> {
        "SELECT ", PersonalRow::COLS, " FROM personal_value WHERE site_id = $1 AND journal_seq BETWEEN $2 AND $3"
    }
    fn personal_of_subject(site: &str, kind: &str, id: &str, low: i64, high: i64) -> Vec<PersonalRow> {
        "SELECT p.id, p.site_id, p.owner_kind, p.owner_id, p.journal_seq, p.field, p.value, p.salt, p.erased_at
         FROM journal j JOIN personal_value p ON p.site_id = j.site_id AND p.journal_seq = j.seq
         WHERE j.site_id = $1 AND j.subject_kind = $2 AND j.subject_id = $3 AND j.seq BETWEEN $4 AND $5"
    }
    fn personal_of_case(site: &str, case: &str, low: i64, high: i64) -> Vec<PersonalRow> {
        "SELECT p.id, p.site_id, p.owner_kind, p.owner_id, p.journal_seq, p.field, p.value, p.salt, p.erased_at
         FROM journal j JOIN personal_value p ON p.site_id = j.site_id AND p.journal_seq = j.seq
         WHERE j.site_id = $1 AND j.case_id = $2 AND j.seq BETWEEN $3 AND $4"
    }

    /// Erases every personal value of an owner, at all sites; the number erased. To be journaled by the caller.
    pub fn erase_owner(at: i64, owner_kind: &str, owner_id: &str) -> u64 {
        "UPDATE personal_value SET value = NULL, salt = NULL, erased_at = $1
         WHERE owner_kind = $2 AND owner_id = $3 AND erased_at IS NULL"
    }
    /// Erases the personal values of one entry; the number erased. To be journaled by the caller.
    pub fn erase_entry(at: i64, site: &str, seq: i64) -> u64 {
        "UPDATE personal_value SET value = NULL, salt = NULL, erased_at = $1
         WHERE site_id = $2 AND journal_seq = $3 AND erased_at IS NULL"
    }
}

/// Writes entries with consecutive numbers: the last statements of a transaction, because a site's other writers wait
/// from here until the commit.
pub(crate) fn append(conn: &mut Conn, entries: Vec<NewEntry>) -> Result<()> {
    // Sites in order, so that two transactions never wait for each other.
    let mut by_site: BTreeMap<String, Vec<NewEntry>> = BTreeMap::new();
    for e in entries {
        by_site.entry(site_name(&e.site_id).to_owned()).or_default().push(e);
    }
    for (site, entries) in by_site {
        let n = i64::try_from(entries.len()).map_err(|e| Error::other(e.to_string()))?;
        let head = take(conn, &site, n)?;
        let mut hash = head.hash;
        for (seq, e) in (head.seq - n + 1..).zip(entries) {
            let (row, personal) = make_row(&site, seq, e, hash)?;
            insert(conn, &row)?;
            for p in &personal {
                insert_personal(conn, p)?;
            }
            hash = row.hash;
        }
        set_hash(conn, &hash, &site)?;
    }
    Ok(())
}

fn site_name(site: &str) -> &str {
    if site.is_empty() { COMPANY } else { site }
}

fn make_row(site: &str, seq: i64, e: NewEntry, prev_hash: String) -> Result<(EntryRow, Vec<PersonalRow>)> {
    let mut body = match e.body {
        Value::Object(m) => m,
        Value::Null => Map::new(),
        _ => return Err(Error::other("the body of a journal entry is an object")),
    };
    let mut personal = e.personal;
    if let Some(ip) = e.ip {
        body.insert(IP.to_owned(), Value::String(ip));
        personal.push(Personal {
            key: IP.to_owned(),
            owner_kind: e.actor_kind.clone(),
            owner_id: e.actor_id.clone(),
        });
    }
    let mut rows = Vec::new();
    for p in personal {
        let Some(slot) = body.get_mut(&p.key) else { continue };
        if slot.is_null() {
            continue;
        }
        if e.secret.len() < 32 {
            return Err(Error::other(
                "a journal entry with personal values needs 16 random bytes",
            ));
        }
        let value = slot.to_string();
        // One salt a field, so that erasing one value does not leave the salt of it with another.
        let salt = hex(&Sha256::digest(format!("{}\0{}", e.secret, p.key)))[..32].to_owned();
        let id = format!("{}-{}", e.event_id, rows.len());
        *slot = json!({ "pv": id, "h": value_hash(&salt, &value) });
        rows.push(PersonalRow {
            id,
            site_id: site.to_owned(),
            owner_kind: p.owner_kind,
            owner_id: p.owner_id,
            journal_seq: seq,
            field: p.key,
            value: Some(value),
            salt: Some(salt),
            erased_at: None,
        });
    }
    let mut row = EntryRow {
        site_id: site.to_owned(),
        seq,
        event_id: e.event_id,
        happened_at: e.happened_at,
        recorded_at: e.recorded_at,
        actor_kind: e.actor_kind,
        actor_id: e.actor_id,
        via: e.via,
        subject_kind: e.subject_kind,
        subject_id: e.subject_id,
        case_id: e.case_id,
        kind: e.kind,
        body: Value::Object(body).to_string(),
        prev_hash,
        hash: String::new(),
    };
    row.hash = entry_hash(&row);
    Ok((row, rows))
}

fn entry_hash(r: &EntryRow) -> String {
    let mut sha = Sha256::new();
    let mut field = |text: Option<&str>| match text {
        Some(t) => {
            sha.update(u32::try_from(t.len()).unwrap_or(u32::MAX - 1).to_be_bytes());
            sha.update(t);
        }
        None => sha.update(u32::MAX.to_be_bytes()),
    };
    field(Some("sansheng-journal-1"));
    field(Some(&r.prev_hash));
    field(Some(&r.site_id));
    field(Some(&r.seq.to_string()));
    field(Some(&r.event_id));
    field(Some(&r.happened_at.to_string()));
    field(Some(&r.recorded_at.to_string()));
    for text in [&r.actor_kind, &r.actor_id, &r.via, &r.subject_kind, &r.subject_id] {
        field(Some(text));
    }
    field(r.case_id.as_deref());
    field(Some(&r.kind));
    field(Some(&r.body));
    hex(&sha.finalize())
}

fn value_hash(salt: &str, value: &str) -> String {
    hex(&Sha256::digest(format!("{salt}\0{value}")))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// What a look through the journal of a site is narrowed by. Newest first, between two numbers, so that one look has an end.
#[derive(Debug, Clone, Default)]
pub struct Look {
    pub site: String,
    /// Only what is before this number…
    pub before: i64,
    /// … and not before this one.
    pub low: i64,
    pub subject_kind: Option<String>,
    pub actor: Option<String>,
    pub kind: Option<String>,
    pub limit: i64,
}

impl Look {
    fn variants() -> Vec<Look> {
        let bare = Look {
            site: "s".into(),
            before: 2,
            limit: 1,
            ..Look::default()
        };
        let full = Look {
            subject_kind: Some("case".into()),
            actor: Some("a".into()),
            kind: Some("noted".into()),
            ..bare.clone()
        };
        vec![bare, full]
    }
}

pub(crate) fn look_q(f: &Look) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(EntryRow::COLS, &[])
        .push(
            "FROM journal WHERE site_id = ? AND seq < ? AND seq >= ?",
            &[&f.site, &f.before, &f.low],
        )
        .opt("AND subject_kind = ?", f.subject_kind.as_ref())
        .opt("AND actor_id = ?", f.actor.as_ref())
        .opt("AND kind = ?", f.kind.as_ref())
        .push("ORDER BY seq DESC LIMIT ?", &[&f.limit])
}

/// Entries that fit, newest first.
pub fn look(conn: &mut Conn, f: &Look) -> Result<Vec<Entry>> {
    let f = Look {
        site: site_name(&f.site).to_owned(),
        ..f.clone()
    };
    let rows = look_rows(conn, &f)?;
    let mut list = Vec::with_capacity(rows.len());
    for r in rows {
        // One at a time: hits may lie far apart.
        let (site, seq) = (r.site_id.clone(), r.seq);
        list.extend(fill(vec![r], |_, _| personal_between(conn, &site, seq, seq))?);
    }
    Ok(list)
}

/// The first number recorded at `at` or later. Numbers follow one another without gaps and their times nearly do, so that
/// twenty reads of the primary key find a day among a million without an index of its own.
pub fn first_since(conn: &mut Conn, site: &str, at: i64) -> Result<i64> {
    let site = site_name(site);
    let (mut low, mut high) = (1, head(conn, site)?.seq + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if recorded_at(conn, site, middle)?.is_some_and(|t| t < at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// The end of a site's chain: number 0 and an empty hash before its first entry. The number is where live updates start.
pub fn head(conn: &mut Conn, site: &str) -> Result<Head> {
    Ok(head_of(conn, site_name(site))?.unwrap_or(Head {
        seq: 0,
        hash: String::new(),
    }))
}

/// Entries about one thing, newest first, before number `before` (`i64::MAX` for the newest), at most `limit`.
pub fn for_subject(conn: &mut Conn, site: &str, kind: &str, id: &str, before: i64, limit: i64) -> Result<Vec<Entry>> {
    let site = site_name(site);
    let rows = subject_before(conn, site, kind, id, before, limit)?;
    fill(rows, |low, high| personal_of_subject(conn, site, kind, id, low, high))
}

/// Entries of one case, whatever they are about, newest first, before number `before`, at most `limit`.
pub fn for_case(conn: &mut Conn, site: &str, case: &str, before: i64, limit: i64) -> Result<Vec<Entry>> {
    let site = site_name(site);
    let rows = case_before(conn, site, case, before, limit)?;
    fill(rows, |low, high| personal_of_case(conn, site, case, low, high))
}

/// Entries after number `seq`, oldest first, at most `limit`: the cursor of live updates.
pub fn since(conn: &mut Conn, site: &str, seq: i64, limit: i64) -> Result<Vec<Entry>> {
    let site = site_name(site);
    let rows = after(conn, site, seq, limit)?;
    fill(rows, |low, high| personal_between(conn, site, low, high))
}

/// One entry.
pub fn get(conn: &mut Conn, site: &str, seq: i64) -> Result<Option<Entry>> {
    let site = site_name(site);
    let rows = one(conn, site, seq)?.into_iter().collect();
    Ok(fill(rows, |low, high| personal_between(conn, site, low, high))?.pop())
}

fn fill(rows: Vec<EntryRow>, load: impl FnOnce(i64, i64) -> Result<Vec<PersonalRow>>) -> Result<Vec<Entry>> {
    let bounds = rows.iter().map(|r| r.seq).min().zip(rows.iter().map(|r| r.seq).max());
    let Some((low, high)) = bounds else {
        return Ok(Vec::new());
    };
    let values: HashMap<String, PersonalRow> = load(low, high)?.into_iter().map(|p| (p.id.clone(), p)).collect();
    rows.into_iter().map(|r| entry(r, &values)).collect()
}

fn entry(r: EntryRow, values: &HashMap<String, PersonalRow>) -> Result<Entry> {
    let mut body: Value =
        serde_json::from_str(&r.body).map_err(|e| Error::other(format!("entry {} of {}: {e}", r.seq, r.site_id)))?;
    let mut ip = None;
    if let Value::Object(map) = &mut body {
        for slot in map.values_mut() {
            let Some((id, _)) = reference(slot) else { continue };
            *slot = match values.get(id).and_then(|p| p.value.as_deref()) {
                Some(text) => {
                    serde_json::from_str(text).map_err(|e| Error::other(format!("personal value {id}: {e}")))?
                }
                None => json!({ "erased": true }),
            };
        }
        ip = map.remove(IP).and_then(|v| v.as_str().map(str::to_owned));
    }
    Ok(Entry {
        site_id: r.site_id,
        seq: r.seq,
        event_id: r.event_id,
        happened_at: r.happened_at,
        recorded_at: r.recorded_at,
        actor_kind: r.actor_kind,
        actor_id: r.actor_id,
        via: r.via,
        subject_kind: r.subject_kind,
        subject_id: r.subject_id,
        case_id: r.case_id,
        kind: r.kind,
        body,
        ip,
        hash: r.hash,
    })
}

/// The id and hash of a reference to a personal value.
fn reference(v: &Value) -> Option<(&str, &str)> {
    let m = v.as_object().filter(|m| m.len() == 2)?;
    Some((m.get("pv")?.as_str()?, m.get("h")?.as_str()?))
}

/// What [`verify`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    pub site_id: String,
    /// Entries that were looked at and are whole.
    pub checked: i64,
    /// The head as the database has it.
    pub head: Head,
    pub first_broken: Option<Broken>,
}

/// The first entry that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub seq: i64,
    /// `missing`, `chain`, `hash`, `personal_value`, `head`: an entry is gone; it does not follow the one before; its
    /// content was changed; a personal value was changed or taken away; the head does not belong to the last entry.
    pub why: &'static str,
}

/// Entries looked at in one read, so that no long snapshot keeps the write-ahead log from being cut.
const SLICE: i64 = 2_000;

/// Checks the whole chain of a site as it is now, in slices beside the running work. Blocks.
pub fn verify(db: &Db, site: &str) -> Result<VerifyReport> {
    let site = site_name(site).to_owned();
    let at = site.clone();
    let (head, first, next) = db.read(move |c| {
        let head = head(c, &at)?;
        let first = after(c, &at, i64::MIN, 1)?.pop().map(|r| r.seq);
        let next = after(c, &at, head.seq, 1)?.pop().map(|r| r.seq);
        Ok::<_, Error>((head, first, next))
    })?;
    let (mut checked, mut hash) = (0, String::new());
    // Something before the first number was never written by us.
    let mut first_broken = first.filter(|seq| *seq < 1).map(|seq| Broken { seq, why: "chain" });
    while checked < head.seq && first_broken.is_none() {
        let (at, before, limit) = (site.clone(), hash.clone(), SLICE.min(head.seq - checked));
        let (n, last, broken) = db.read(move |c| verify_slice(c, &at, checked, before.clone(), limit))?;
        (checked, hash, first_broken) = (checked + n, last, broken);
    }
    if first_broken.is_none() && hash != head.hash {
        first_broken = Some(Broken {
            seq: head.seq,
            why: "head",
        });
    }
    first_broken = first_broken.or(next.map(|seq| Broken { seq, why: "head" }));
    Ok(VerifyReport {
        site_id: site,
        checked,
        head,
        first_broken,
    })
}

fn verify_slice(
    conn: &mut Conn,
    site: &str,
    seq: i64,
    mut hash: String,
    limit: i64,
) -> Result<(i64, String, Option<Broken>)> {
    let rows = after(conn, site, seq, limit)?;
    let values: HashMap<String, PersonalRow> = personal_between(conn, site, seq + 1, seq + limit)?
        .into_iter()
        .map(|p| (p.id.clone(), p))
        .collect();
    let mut n = 0;
    for want in seq + 1..=seq + limit {
        let why = match rows.get(usize::try_from(n).unwrap_or(usize::MAX)) {
            Some(r) if r.seq == want => broken(r, &hash, &values),
            _ => Some("missing"),
        };
        if let Some(why) = why {
            return Ok((n, hash, Some(Broken { seq: want, why })));
        }
        if let Some(r) = rows.get(usize::try_from(n).unwrap_or(usize::MAX)) {
            hash.clone_from(&r.hash);
        }
        n += 1;
    }
    Ok((n, hash, None))
}

fn broken(r: &EntryRow, prev: &str, values: &HashMap<String, PersonalRow>) -> Option<&'static str> {
    if r.prev_hash != prev {
        return Some("chain");
    }
    if r.hash != entry_hash(r) {
        return Some("hash");
    }
    let Ok(Value::Object(body)) = serde_json::from_str(&r.body) else {
        return Some("hash");
    };
    let whole = body
        .iter()
        .filter_map(|(key, v)| reference(v).map(|(id, h)| (key, id, h)))
        .all(|(key, id, h)| {
            values.get(id).is_some_and(|p| {
                p.field == *key
                    && match (&p.value, &p.salt) {
                        (Some(value), Some(salt)) => value_hash(salt, value) == h,
                        (None, None) => p.erased_at.is_some(),
                        _ => false,
                    }
            })
        });
    (!whole).then_some("personal_value")
}
