//! Standard answers, referrals, and the words under which they (and lessons) are proposed.

use domain::ids::{AnswerId, ReferralId, SiteId, StaffId};

use crate::seam::{Q, row, sql};

row! {
    /// A standard answer (标准答案). `check_due_at` is when it is to be looked at again.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AnswerRow {
        pub id: AnswerId, pub site_id: SiteId, pub item: String, pub question: String, pub question_en: String,
        pub short: String, pub short_en: String, pub whole: String, pub whole_en: String, pub valid_from: Option<i64>,
        pub valid_until: Option<i64>, pub recheck_days: i64, pub checked_at: i64, pub checked_by: StaffId,
        pub check_due_at: i64, pub used: i64, pub used_at: Option<i64>, pub active: bool, pub created_at: i64,
        pub updated_at: i64, pub version: i64,
    }
}

row! {
    /// What an answer said in one of its versions.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct VersionRow {
        pub id: String, pub answer_id: AnswerId, pub version: i64, pub said: String, pub why: String,
        pub staff_id: StaffId, pub at: i64,
    }
}

row! {
    /// Somebody who helps with what is not our service (CAL-8).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ReferralRow {
        pub id: ReferralId, pub site_id: SiteId, pub kind: String, pub name: String, pub name_en: String,
        pub phone: String, pub hours: String, pub hours_en: String, pub helps: String, pub helps_en: String,
        pub active: bool, pub version: i64,
    }
}

/// What the list of answers may be narrowed by. Longest unchecked first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub site: String,
    pub active: Option<bool>,
    pub item: Option<String>,
    /// To be looked at again before this instant.
    pub due_before: Option<i64>,
    /// `(check_due_at, id)`.
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

impl Filter {
    fn variants() -> Vec<Filter> {
        let full = Filter {
            site: "s".into(),
            active: Some(true),
            item: Some("i".into()),
            due_before: Some(1),
            after: Some((1, "x".into())),
            limit: 1,
        };
        vec![
            Filter {
                limit: 1,
                ..Default::default()
            },
            Filter {
                active: Some(false),
                ..full.clone()
            },
            full,
        ]
    }
}

pub(crate) fn list_q(f: &Filter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(AnswerRow::COLS, &[])
        .push("FROM answer WHERE site_id = ?", &[&f.site])
        .when(f.active == Some(true), "AND active")
        .when(f.active == Some(false), "AND NOT active")
        .opt("AND item = ?", f.item.as_ref())
        .opt("AND check_due_at < ?", f.due_before.as_ref())
        .opt2("AND (check_due_at, id) > (?, ?)", f.after.as_ref())
        .push("ORDER BY check_due_at, id LIMIT ?", &[&f.limit])
}

sql! {
    pub fn insert(row: &AnswerRow) { insert "answer" }
    pub fn save(row: &AnswerRow) -> u64 { save "answer" }
    pub fn get(site: &SiteId, id: &AnswerId) -> Option<AnswerRow> {
        "SELECT ", AnswerRow::COLS, " FROM answer WHERE site_id = $1 AND id = $2"
    }
    pub fn list(f: &Filter) -> Vec<AnswerRow> { dynamic list_q, Filter::variants }
    /// Answers in use that are to be looked at again.
    pub fn count_unchecked(site: &SiteId, now: i64) -> i64 {
        "SELECT count(*) AS n FROM answer WHERE site_id = $1 AND check_due_at < $2 AND active"
    }
    /// It was told to somebody once more. Its version stays: nobody who edits it is disturbed.
    pub fn count_use(at: i64, id: &AnswerId) { "UPDATE answer SET used = used + 1, used_at = $1 WHERE id = $2" }

    pub fn insert_version(row: &VersionRow) { insert "answer_version" }
    /// Newest first.
    pub fn versions(id: &AnswerId) -> Vec<VersionRow> {
        "SELECT ", VersionRow::COLS, " FROM answer_version WHERE answer_id = $1 ORDER BY version DESC LIMIT 100"
    }

    pub fn referral_insert(row: &ReferralRow) { insert "referral" }
    pub fn referral_save(row: &ReferralRow) -> u64 { save "referral" }
    pub fn referral(site: &SiteId, id: &ReferralId) -> Option<ReferralRow> {
        "SELECT ", ReferralRow::COLS, " FROM referral WHERE site_id = $1 AND id = $2"
    }
    /// By kind and name.
    pub fn referrals(site: &SiteId) -> Vec<ReferralRow> {
        "SELECT ", ReferralRow::COLS, " FROM referral WHERE site_id = $1 ORDER BY kind, name, id LIMIT 500"
    }

    /// The things that stand under a word: each word is asked for by itself, so that a common one takes no room from a rare one.
    pub fn known(site: &SiteId, kind: &str, word: &str, limit: i64) -> Vec<String> {
        "SELECT subject_id FROM known_word WHERE site_id = $1 AND kind = $2 AND word = $3 ORDER BY subject_id LIMIT $4"
    }
    pub fn know(site: &SiteId, kind: &str, word: &str, subject: &str) {
        "INSERT INTO known_word (site_id, kind, word, subject_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
    }
    pub fn forget(subject: &str) { "DELETE FROM known_word WHERE subject_id = $1" }
}
