//! The month's satisfaction calls (CSM-4, COM-12).

use domain::ids::{CallLineId, CallRoundId, CaseId, DepartmentId, SiteId, StaffId, UnitId};

use crate::seam::{row, sql};

row! {
    /// A month's sample: the seed, and a hash of the list that it was drawn from.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RoundRow {
        pub id: CallRoundId, pub site_id: SiteId, pub month: String, pub seed: String, pub wanted: i64, pub pool: i64,
        pub pool_hash: String, pub drawn_at: i64, pub drawn_by: Option<StaffId>, pub version: i64,
    }
}

row! {
    /// One call of the list, with its record.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CallRow {
        pub id: CallLineId, pub site_id: SiteId, pub round_id: CallRoundId, pub no: i64, pub case_id: CaseId,
        pub case_number: String, pub kind: String, pub title: String, pub place: String, pub name: String,
        pub department_id: Option<DepartmentId>, pub worker_id: Option<StaffId>, pub state: String, pub attempts: String,
        pub satisfaction: String, pub answers: String, pub opinion: String, pub called_at: Option<i64>,
        pub called_by: Option<StaffId>, pub signed: String, pub signature: String, pub signed_note: String,
        pub signed_at: Option<i64>, pub signed_by: Option<StaffId>, pub version: i64,
    }
}

row! {
    /// A closed case that may be drawn.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PoolRow {
        pub id: CaseId, pub number: String, pub kind: String, pub title: String, pub place: String, pub name: String,
        pub unit_id: Option<UnitId>, pub department_id: Option<DepartmentId>, pub worker_id: Option<StaffId>,
    }
}

row! {
    /// How many callbacks ended how, with which answer.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct EndedRow { pub state: String, pub satisfaction: Option<String>, pub n: i64 }
}

sql! {
    pub fn insert(row: &RoundRow) { insert "call_round" }
    pub fn rounds(site: &SiteId, limit: i64) -> Vec<RoundRow> {
        "SELECT ", RoundRow::COLS, " FROM call_round WHERE site_id = $1 ORDER BY month DESC LIMIT $2"
    }
    pub fn get(site: &SiteId, id: &CallRoundId) -> Option<RoundRow> {
        "SELECT ", RoundRow::COLS, " FROM call_round WHERE site_id = $1 AND id = $2"
    }
    pub fn of_month(site: &SiteId, month: &str) -> Option<RoundRow> {
        "SELECT ", RoundRow::COLS, " FROM call_round WHERE site_id = $1 AND month = $2"
    }
    pub fn insert_line(row: &CallRow) { insert "call_line" }
    pub fn save_line(row: &CallRow) -> u64 { save "call_line" }
    pub fn lines(round: &CallRoundId) -> Vec<CallRow> {
        "SELECT ", CallRow::COLS, " FROM call_line WHERE round_id = $1 ORDER BY no"
    }
    pub fn line(site: &SiteId, id: &CallLineId) -> Option<CallRow> {
        "SELECT ", CallRow::COLS, " FROM call_line WHERE site_id = $1 AND id = $2"
    }
    /// What a sample is drawn from: closed, with a number to call, and no complaint. Those are asked in their own process
    /// (COM-26), and some are kept from the person they are about.
    pub fn pool(site: &SiteId, from: i64, until: i64) -> Vec<PoolRow> {
        "SELECT id, number, kind, title, place, name, unit_id, department_id, worker_id FROM cases WHERE site_id = $1",
        " AND closed_at >= $2 AND closed_at < $3 AND state = 'closed' AND phone <> '' AND kind <> 'complaint' ORDER BY id"
    }
    /// The callbacks after single cases that became due in a time.
    pub fn ended(site: &SiteId, from: i64, until: i64) -> Vec<EndedRow> {
        "SELECT state, satisfaction, COUNT(*) AS n FROM callback WHERE site_id = $1 AND created_at >= $2 AND created_at < $3",
        " GROUP BY state, satisfaction ORDER BY state, satisfaction"
    }
}
