//! Reminders and alarms to staff (提醒): each thing once, with who was told and who has read it.

use domain::ids::{CaseId, NoticeId, SiteId, StaffId};

use crate::seam::{Q, row, sql};

row! {
    /// A notice. `unique_key` says what it is about: no second one with the same key.
    #[derive(Debug, Clone)]
    pub struct Notice {
        pub id: NoticeId, pub site_id: SiteId, pub unique_key: String, pub kind: String, pub level: String,
        pub case_id: Option<CaseId>, pub args: String,
        /// When it should have been raised.
        pub due_at: i64,
        pub created_at: i64,
        /// When the matter was settled.
        pub done_at: Option<i64>,
    }
}

row! {
    /// Somebody who is told.
    #[derive(Debug, Clone)]
    pub struct To { pub notice_id: NoticeId, pub staff_id: StaffId, pub site_id: SiteId, pub urgent: bool, pub read_at: Option<i64> }
}

row! {
    /// A notice as its receiver sees it, with the case that it is about.
    #[derive(Debug, Clone)]
    pub struct Mine {
        pub id: NoticeId, pub kind: String, pub level: String, pub case_id: Option<CaseId>, pub args: String,
        pub due_at: i64, pub created_at: i64, pub done_at: Option<i64>, pub read_at: Option<i64>,
        pub number: Option<String>, pub title: Option<String>, pub place: Option<String>, pub state: Option<String>,
        pub urgency: Option<String>,
    }
}

row! {
    /// How many notices somebody has not read.
    #[derive(Debug, Clone)]
    pub struct Unread { pub staff_id: StaffId, pub n: i64, pub urgent: i64 }
}

row! {
    /// Who was told of an earlier notice of a case.
    #[derive(Debug, Clone)]
    pub struct Earlier {
        pub id: NoticeId, pub case_id: Option<CaseId>, pub kind: String, pub args: String, pub created_at: i64,
        pub staff_id: StaffId, pub name: String, pub name_en: String, pub read_at: Option<i64>,
    }
}

row! {
    /// A key and the id that has it.
    #[derive(Debug, Clone)]
    pub struct Keyed { pub id: NoticeId, pub unique_key: String }
}

/// Which of somebody's notices: the unread or the read ones, newest first.
#[derive(Debug, Clone)]
pub struct Filter {
    pub site: SiteId,
    pub staff: StaffId,
    pub unread: bool,
    /// The last one of the page before.
    pub before: Option<NoticeId>,
    pub limit: i64,
}

impl Filter {
    fn variants() -> Vec<Filter> {
        let base = Filter {
            site: "s".into(),
            staff: "p".into(),
            unread: true,
            before: None,
            limit: 1,
        };
        vec![
            base.clone(),
            Filter {
                unread: false,
                before: Some("n".into()),
                ..base
            },
        ]
    }
}

pub(crate) fn mine_q(f: &Filter) -> Q<'_> {
    Q::new(
        "SELECT n.id, n.kind, n.level, n.case_id, n.args, n.due_at, n.created_at, n.done_at, t.read_at, c.number, c.title, \
         c.place, c.state, c.urgency FROM notice_to t JOIN notice n ON n.id = t.notice_id \
         LEFT JOIN cases c ON c.id = n.case_id WHERE t.site_id = ? AND t.staff_id = ?",
        &[&f.site, &f.staff],
    )
    .when(f.unread, "AND t.read_at IS NULL")
    .when(!f.unread, "AND t.read_at IS NOT NULL")
    .opt("AND t.notice_id < ?", f.before.as_ref())
    .push("ORDER BY t.notice_id DESC LIMIT ?", &[&f.limit])
}

/// Cases whose earlier notices are asked for.
#[derive(Debug, Clone)]
pub struct Cases {
    pub site: SiteId,
    pub cases: Vec<CaseId>,
    pub limit: i64,
}

impl Cases {
    fn variants() -> Vec<Cases> {
        let of = |cases| Cases {
            site: "s".into(),
            cases,
            limit: 1,
        };
        vec![of(vec![]), of(vec!["a".into()]), of(vec!["a".into(), "b".into()])]
    }
}

pub(crate) fn earlier_q(f: &Cases) -> Q<'_> {
    Q::new(
        "SELECT n.id, n.case_id, n.kind, n.args, n.created_at, t.staff_id, p.name, p.name_en, t.read_at \
         FROM notice n JOIN notice_to t ON t.notice_id = n.id JOIN staff p ON p.id = t.staff_id WHERE n.site_id = ?",
        &[&f.site],
    )
    .one_of("AND n.case_id", &f.cases)
    .push("ORDER BY n.id, p.name, t.staff_id LIMIT ?", &[&f.limit])
}

sql! {
    /// A second one with the same key is left out: see [`id_of`].
    pub fn insert(row: &Notice) { insert "notice" "ON CONFLICT (site_id, unique_key) DO NOTHING" }
    pub fn insert_to(row: &To) { insert "notice_to" "ON CONFLICT (notice_id, staff_id) DO NOTHING" }
    /// The notice with this key.
    pub fn id_of(site: &SiteId, key: &str) -> Option<NoticeId> {
        "SELECT id FROM notice WHERE site_id = $1 AND unique_key = $2"
    }
    pub fn get(site: &SiteId, id: &NoticeId) -> Option<Notice> {
        "SELECT ", Notice::COLS, " FROM notice WHERE site_id = $1 AND id = $2"
    }
    pub fn mine(f: &Filter) -> Vec<Mine> { dynamic mine_q, Filter::variants }
    /// The newest urgent notice that somebody has not read.
    pub fn loudest(site: &SiteId, staff: &StaffId) -> Option<Mine> {
        "SELECT n.id, n.kind, n.level, n.case_id, n.args, n.due_at, n.created_at, n.done_at, t.read_at, c.number, c.title, \
         c.place, c.state, c.urgency FROM notice_to t JOIN notice n ON n.id = t.notice_id \
         LEFT JOIN cases c ON c.id = n.case_id WHERE t.site_id = $1 AND t.staff_id = $2 AND t.read_at IS NULL AND t.urgent \
         ORDER BY t.notice_id DESC LIMIT 1"
    }
    /// One notice of somebody.
    pub fn one(site: &SiteId, staff: &StaffId, id: &NoticeId) -> Option<Mine> {
        "SELECT n.id, n.kind, n.level, n.case_id, n.args, n.due_at, n.created_at, n.done_at, t.read_at, c.number, c.title, \
         c.place, c.state, c.urgency FROM notice_to t JOIN notice n ON n.id = t.notice_id \
         LEFT JOIN cases c ON c.id = n.case_id WHERE t.site_id = $1 AND t.staff_id = $2 AND t.notice_id = $3"
    }
    pub fn earlier(f: &Cases) -> Vec<Earlier> { dynamic earlier_q, Cases::variants }
    /// Notices of a case whose matter is not settled.
    pub fn open_of(case: &CaseId) -> Vec<Keyed> {
        "SELECT id, unique_key FROM notice WHERE case_id = $1 AND done_at IS NULL ORDER BY id LIMIT 500"
    }
    /// Notices of a site under a prefix of keys that lead to no case and whose matter is not settled.
    pub fn open_elsewhere(site: &SiteId, prefix: &str) -> Vec<Keyed> {
        "SELECT id, unique_key FROM notice WHERE site_id = $1 AND case_id IS NULL AND done_at IS NULL \
         AND SUBSTR(unique_key, 1, LENGTH($2)) = $2 ORDER BY id LIMIT 1000"
    }
    /// What somebody has not read about a case.
    pub fn unread_of_case(site: &SiteId, staff: &StaffId, case: &CaseId) -> bool {
        "SELECT EXISTS (SELECT 1 FROM notice n JOIN notice_to t ON t.notice_id = n.id \
         WHERE n.case_id = $3 AND t.site_id = $1 AND t.staff_id = $2 AND t.read_at IS NULL) AS unread"
    }
    pub fn read_case(site: &SiteId, staff: &StaffId, case: &CaseId, at: i64) -> u64 {
        "UPDATE notice_to SET read_at = $4 WHERE site_id = $1 AND staff_id = $2 AND read_at IS NULL \
         AND notice_id IN (SELECT id FROM notice WHERE case_id = $3)"
    }
    /// Other values for its sentence: words that are to be forgotten are taken out.
    pub fn set_args(id: &NoticeId, args: &str) -> u64 { "UPDATE notice SET args = $2 WHERE id = $1" }
    /// The matter is settled: nobody has to read it any more.
    pub fn done(id: &NoticeId, at: i64) -> u64 { "UPDATE notice SET done_at = $2 WHERE id = $1 AND done_at IS NULL" }
    pub fn read_by_all(id: &NoticeId, at: i64) -> u64 {
        "UPDATE notice_to SET read_at = $2 WHERE notice_id = $1 AND read_at IS NULL"
    }
    pub fn read(site: &SiteId, staff: &StaffId, id: &NoticeId, at: i64) -> u64 {
        "UPDATE notice_to SET read_at = $4 WHERE site_id = $1 AND staff_id = $2 AND notice_id = $3 AND read_at IS NULL"
    }
    /// Everything up to one that was seen: what came meanwhile stays.
    pub fn read_up_to(site: &SiteId, staff: &StaffId, last: &NoticeId, at: i64) -> u64 {
        "UPDATE notice_to SET read_at = $4 WHERE site_id = $1 AND staff_id = $2 AND notice_id <= $3 AND read_at IS NULL"
    }
    pub fn unread_again(site: &SiteId, staff: &StaffId, id: &NoticeId) -> u64 {
        "UPDATE notice_to SET read_at = NULL WHERE site_id = $1 AND staff_id = $2 AND notice_id = $3 AND read_at IS NOT NULL"
    }
    /// Whether somebody was told of the thing with this key.
    pub fn was_told(site: &SiteId, staff: &StaffId, key: &str) -> bool {
        "SELECT EXISTS (SELECT 1 FROM notice n JOIN notice_to t ON t.notice_id = n.id \
         WHERE n.site_id = $1 AND t.staff_id = $2 AND n.unique_key = $3)"
    }
    /// Who was told of a notice of the site.
    pub fn told(site: &SiteId, id: &NoticeId) -> Vec<StaffId> {
        "SELECT staff_id FROM notice_to WHERE site_id = $1 AND notice_id = $2 ORDER BY staff_id"
    }
    pub fn unread(site: &SiteId) -> Vec<Unread> {
        "SELECT staff_id, count(*) AS n, count(*) FILTER (WHERE urgent) AS urgent FROM notice_to \
         WHERE site_id = $1 AND read_at IS NULL GROUP BY staff_id ORDER BY staff_id"
    }
    /// Receivers of the oldest notices from before `before`, of at most `limit` notices.
    pub fn forget_to(before: i64, limit: i64) -> u64 {
        "DELETE FROM notice_to WHERE notice_id IN (SELECT id FROM notice WHERE created_at < $1 ORDER BY created_at, id LIMIT $2)"
    }
    pub fn forget(before: i64, limit: i64) -> u64 {
        "DELETE FROM notice WHERE id IN (SELECT id FROM notice WHERE created_at < $1 ORDER BY created_at, id LIMIT $2)"
    }
}
