//! Lessons of the case library (案例库, DIR-22).

use domain::ids::{CaseId, LessonId, SiteId, StaffId};

use crate::seam::{Q, row, sql};

row! {
    /// What a closed case teaches, without the people it was about.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LessonRow {
        pub id: LessonId, pub site_id: SiteId, pub case_id: CaseId, pub kind: String, pub title: String,
        pub item: String, pub situation: String, pub worked: String, pub clause: String, pub tags: String,
        pub active: bool, pub withdrawn_why: String, pub kept_at: i64, pub kept_by: StaffId, pub updated_at: i64,
        pub version: i64,
    }
}

/// What the library may be narrowed by. Newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub site: String,
    pub active: Option<bool>,
    pub item: Option<String>,
    /// `(kept_at, id)`.
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

impl Filter {
    fn variants() -> Vec<Filter> {
        let full = Filter {
            site: "s".into(),
            active: Some(true),
            item: Some("i".into()),
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
        .push(LessonRow::COLS, &[])
        .push("FROM lesson WHERE site_id = ?", &[&f.site])
        .when(f.active == Some(true), "AND active")
        .when(f.active == Some(false), "AND NOT active")
        .opt("AND item = ?", f.item.as_ref())
        .opt2("AND (kept_at, id) < (?, ?)", f.after.as_ref())
        .push("ORDER BY kept_at DESC, id DESC LIMIT ?", &[&f.limit])
}

sql! {
    pub fn insert(row: &LessonRow) { insert "lesson" }
    pub fn save(row: &LessonRow) -> u64 { save "lesson" }
    pub fn get(site: &SiteId, id: &LessonId) -> Option<LessonRow> {
        "SELECT ", LessonRow::COLS, " FROM lesson WHERE site_id = $1 AND id = $2"
    }
    pub fn of_case(site: &SiteId, case: &CaseId) -> Option<LessonRow> {
        "SELECT ", LessonRow::COLS, " FROM lesson WHERE site_id = $1 AND case_id = $2"
    }
    pub fn list(f: &Filter) -> Vec<LessonRow> { dynamic list_q, Filter::variants }
}
