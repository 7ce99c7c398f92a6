//! What is known under words: standard answers, referrals and lessons are proposed while somebody types. Any word counts, and a
//! rare one more than a common one, since nobody types what the question says word for word.

use std::collections::HashMap;

use domain::answer::{asked_words, known_words};
use domain::ids::SiteId;
use store::answer as db;
use store::db::Tx;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::Res;

/// Kinds of things in the list of words.
pub(crate) const ANSWER: &str = "answer";
pub(crate) const REFERRAL: &str = "referral";
pub(crate) const LESSON: &str = "lesson";

/// Characters of what is spoken, and of the rest, under whose words a thing is put: more makes no difference to what is found.
const SPOKEN: usize = 300;
const REST: usize = 1_500;
/// Words of one question that are looked for.
const MOST_WORDS: usize = 64;
/// Things that are read of one word; what stands in more of them says next to nothing.
const MOST_HITS: i64 = 300;
/// A hit needs at least this much of what the rarest word is worth.
const UNIT: u64 = 1_000;

/// The first characters of a text.
fn first(text: &str, most: usize) -> &str {
    let end = text.char_indices().nth(most).map(|(at, _)| at);
    end.and_then(|at| text.get(..at)).unwrap_or(text)
}

/// Puts a thing under its words, in the place of those it had.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn put(tx: &mut Tx, site: &SiteId, kind: &str, id: &str, spoken: &str, rest: &str) -> Res<()> {
    db::forget(tx, id)?;
    for word in known_words(first(spoken, SPOKEN), first(rest, REST)) {
        db::know(tx, site, kind, &word, id)?;
    }
    Ok(())
}

/// Takes a thing out.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn drop(tx: &mut Tx, id: &str) -> Res<()> {
    Ok(db::forget(tx, id)?)
}

/// What a text is about, best first: ids with how well they fit.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn find(c: &mut Conn, ctx: &Ctx, kind: &str, text: &str) -> Res<Vec<(String, u64)>> {
    let mut words = asked_words(text);
    words.truncate(MOST_WORDS);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut worth: HashMap<String, u64> = HashMap::new();
    for word in words {
        let things = db::known(c, &ctx.site, kind, &word, MOST_HITS)?;
        let often = u64::try_from(things.len()).unwrap_or(1).max(1);
        for thing in things {
            *worth.entry(thing).or_default() += UNIT / often;
        }
    }
    let mut list: Vec<(String, u64)> = worth.into_iter().collect();
    list.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(list)
}
