//! The month's round of suggestions and praise (COM-13, COM-14).

use domain::ids::{CaseId, OpinionLineId, OpinionRoundId, SiteId, StaffId};

use crate::seam::{row, sql};

row! {
    /// A month's round.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RoundRow {
        pub id: OpinionRoundId, pub site_id: SiteId, pub month: String, pub due_at: i64, pub opened_at: i64,
        pub closed_at: Option<i64>, pub closed_by: Option<StaffId>, pub version: i64,
    }
}

row! {
    /// One opinion of it, with its result.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LineRow {
        pub id: OpinionLineId, pub site_id: SiteId, pub round_id: OpinionRoundId, pub case_id: CaseId,
        pub case_number: String, pub kind: String, pub title: String, pub given_at: i64, pub thanked_at: Option<i64>,
        pub thanked_by: Option<StaffId>, pub thanked_how: String, pub outcome: String, pub reason: String,
        pub doer_id: Option<StaffId>, pub do_by: Option<i64>, pub identified_at: Option<i64>,
        pub identified_by: Option<StaffId>, pub done_at: Option<i64>, pub done_by: Option<StaffId>, pub done_note: String,
        pub told_at: Option<i64>, pub told_by: Option<StaffId>, pub told_how: String, pub told_note: String,
        pub checked_at: Option<i64>, pub checked_by: Option<StaffId>, pub check_good: Option<bool>,
        pub check_note: String, pub version: i64,
    }
}

row! {
    /// An opinion that was registered.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct GivenRow { pub id: CaseId, pub number: String, pub title: String, pub registered_at: i64 }
}

sql! {
    pub fn insert(row: &RoundRow) { insert "opinion_round" "ON CONFLICT (site_id, month) DO NOTHING" }
    pub fn save(row: &RoundRow) -> u64 { save "opinion_round" }
    pub fn rounds(site: &SiteId, limit: i64) -> Vec<RoundRow> {
        "SELECT ", RoundRow::COLS, " FROM opinion_round WHERE site_id = $1 ORDER BY month DESC LIMIT $2"
    }
    pub fn of_month(site: &SiteId, month: &str) -> Option<RoundRow> {
        "SELECT ", RoundRow::COLS, " FROM opinion_round WHERE site_id = $1 AND month = $2"
    }
    pub fn get(site: &SiteId, id: &OpinionRoundId) -> Option<RoundRow> {
        "SELECT ", RoundRow::COLS, " FROM opinion_round WHERE site_id = $1 AND id = $2"
    }
    pub fn insert_line(row: &LineRow) { insert "opinion_line" "ON CONFLICT (site_id, case_id) DO NOTHING" }
    pub fn save_line(row: &LineRow) -> u64 { save "opinion_line" }
    /// Open rounds of a site, the oldest first.
    pub fn open(site: &SiteId) -> Vec<RoundRow> {
        "SELECT ", RoundRow::COLS, " FROM opinion_round WHERE site_id = $1 AND closed_at IS NULL ORDER BY month"
    }
    /// The opinions of a round, without those that turned out to be something else or were called off.
    pub fn lines(round: &OpinionRoundId) -> Vec<LineRow> {
        "SELECT ", LineRow::COLS, " FROM opinion_line WHERE round_id = $1 AND EXISTS (SELECT 1 FROM cases k",
        " WHERE k.id = opinion_line.case_id AND k.kind IN ('suggestion', 'praise') AND k.state <> 'cancelled')",
        " ORDER BY given_at, id"
    }
    pub fn line(site: &SiteId, id: &OpinionLineId) -> Option<LineRow> {
        "SELECT ", LineRow::COLS, " FROM opinion_line WHERE site_id = $1 AND id = $2"
    }
    /// Opinions of one kind that were registered in a time and are in no round yet.
    pub fn given(site: &SiteId, kind: &str, from: i64, until: i64) -> Vec<GivenRow> {
        "SELECT id, number, title, registered_at FROM cases WHERE site_id = $1 AND kind = $2 AND registered_at >= $3",
        " AND registered_at < $4 AND state <> 'cancelled' AND NOT EXISTS (SELECT 1 FROM opinion_line l",
        " WHERE l.site_id = cases.site_id AND l.case_id = cases.id) ORDER BY registered_at, id"
    }
}
