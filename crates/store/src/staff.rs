//! Accounts as they are administered: who works here, with which roles at which sites, and what they still hold.

use domain::ids::{CaseId, CompanyId, DepartmentId, SessionId, SiteId, StaffId};

use crate::seam::{Q, row, sql};

row! {
    /// An account in the list.
    #[derive(Debug, Clone)]
    pub struct Line {
        pub id: StaffId, pub login: String, pub name: String, pub name_en: String, pub employee_no: String,
        pub active: bool, pub must_change: bool, pub last_at: Option<i64>, pub on_duty_since: Option<i64>, pub jobs: i64,
    }
}

row! {
    /// What can be changed of an account without its password.
    #[derive(Debug, Clone)]
    pub struct Facts {
        pub id: StaffId, pub company_id: CompanyId, pub login: String, pub name: String, pub name_en: String,
        pub employee_no: String, pub phone: String, pub must_change: bool, pub locale: String, pub active: bool,
        pub created_at: i64, pub version: i64,
    }
}

row! {
    /// A role with the names beside it.
    #[derive(Debug, Clone)]
    pub struct RoleAt {
        pub staff_id: StaffId, pub site_id: SiteId, pub site_name: String, pub site_name_en: String, pub role: String,
        pub department_id: Option<DepartmentId>, pub department: Option<String>, pub department_en: Option<String>,
    }
}

row! {
    /// An open case that somebody holds.
    #[derive(Debug, Clone)]
    pub struct Held {
        pub id: CaseId, pub site_id: SiteId, pub number: String, pub title: String, pub place: String, pub state: String,
        pub due_at: Option<i64>,
    }
}

row! {
    /// Somebody at work now, or who works in a department, for the directory.
    #[derive(Debug, Clone)]
    pub struct Member {
        pub department_id: DepartmentId, pub staff_id: StaffId, pub name: String, pub name_en: String, pub role: String,
        pub on_duty_since: Option<i64>,
    }
}

row! {
    /// How many open cases lie with a department.
    #[derive(Debug, Clone)]
    pub struct OpenIn { pub department_id: DepartmentId, pub n: i64 }
}

/// What the list of accounts may be narrowed by.
#[derive(Debug, Clone)]
pub struct Filter {
    pub company: CompanyId,
    /// Only who has a role at this site, or none anywhere.
    pub site: Option<SiteId>,
    pub active: Option<bool>,
    /// The site whose duty list is shown.
    pub here: SiteId,
}

impl Filter {
    fn variants() -> Vec<Filter> {
        let id = || SiteId::from("s");
        let base = Filter {
            company: CompanyId::from("c"),
            site: None,
            active: None,
            here: id(),
        };
        vec![
            base.clone(),
            Filter {
                site: Some(id()),
                active: Some(true),
                ..base
            },
        ]
    }
}

fn list_q(f: &Filter) -> Q<'_> {
    Q::new(
        "SELECT p.id, p.login, p.name, p.name_en, p.employee_no, p.active, p.must_change, \
         (SELECT MAX(s.created_at) FROM session s WHERE s.staff_id = p.id) AS last_at, \
         (SELECT d.since FROM on_duty d WHERE d.staff_id = p.id AND d.site_id = ?) AS on_duty_since, \
         (SELECT count(*) FROM cases c WHERE c.worker_id = p.id AND c.open) AS jobs \
         FROM staff p WHERE p.company_id = ?",
        &[&f.here, &f.company],
    )
    .opt(
        "AND (EXISTS (SELECT 1 FROM staff_role r WHERE r.staff_id = p.id AND r.site_id = ?) \
         OR NOT EXISTS (SELECT 1 FROM staff_role r WHERE r.staff_id = p.id))",
        f.site.as_ref(),
    )
    .opt("AND p.active = ?", f.active.as_ref())
    .push("ORDER BY p.active DESC, p.name, p.id LIMIT 2000", &[])
}

sql! {
    pub fn list(f: &Filter) -> Vec<Line> { dynamic list_q, Filter::variants }
    pub fn facts(id: &StaffId) -> Option<Facts> { "SELECT ", Facts::COLS, " FROM staff WHERE id = $1" }
    pub fn save(row: &Facts) -> u64 { save "staff" }
    pub fn employee_no_taken(company: &CompanyId, no: &str, but: &StaffId) -> bool {
        "SELECT EXISTS (SELECT 1 FROM staff WHERE company_id = $1 AND employee_no = $2 AND id <> $3) AS taken"
    }
    pub fn roles_of_company(company: &CompanyId) -> Vec<RoleAt> {
        "SELECT r.staff_id AS staff_id, r.site_id AS site_id, s.name AS site_name, s.name_en AS site_name_en, \
         r.role AS role, r.department_id AS department_id, d.name AS department, d.name_en AS department_en \
         FROM staff_role r JOIN site s ON s.id = r.site_id LEFT JOIN department d ON d.id = r.department_id \
         WHERE s.company_id = $1 ORDER BY s.created_at, s.id, r.role"
    }
    pub fn roles(staff: &StaffId) -> Vec<RoleAt> {
        "SELECT r.staff_id AS staff_id, r.site_id AS site_id, s.name AS site_name, s.name_en AS site_name_en, \
         r.role AS role, r.department_id AS department_id, d.name AS department, d.name_en AS department_en \
         FROM staff_role r JOIN site s ON s.id = r.site_id LEFT JOIN department d ON d.id = r.department_id \
         WHERE r.staff_id = $1 ORDER BY s.created_at, s.id, r.role"
    }
    /// Active accounts that hold a role anywhere: nobody may lock the company out of itself.
    pub fn count_with_role(role: &str) -> i64 {
        "SELECT count(DISTINCT p.id) AS n FROM staff p JOIN staff_role r ON r.staff_id = p.id WHERE p.active AND r.role = $1"
    }
    pub fn held(staff: &StaffId) -> Vec<Held> {
        "SELECT ", Held::COLS, " FROM cases WHERE worker_id = $1 AND open ORDER BY due_at, id LIMIT 200"
    }
    pub fn last_sign_in(staff: &StaffId) -> Option<i64> {
        "SELECT created_at FROM session WHERE staff_id = $1 ORDER BY created_at DESC LIMIT 1"
    }
    pub fn tokens_revoke(staff: &StaffId, now: i64) -> u64 {
        "UPDATE api_token SET revoked_at = $2 WHERE staff_id = $1 AND revoked_at IS NULL"
    }
    pub fn duty_off_everywhere(staff: &StaffId) { "DELETE FROM on_duty WHERE staff_id = $1" }
    pub fn duty_since(staff: &StaffId, site: &SiteId) -> Option<i64> {
        "SELECT since FROM on_duty WHERE staff_id = $1 AND site_id = $2"
    }
    pub fn session_alive(id: &SessionId, now: i64) -> bool {
        "SELECT EXISTS (SELECT 1 FROM session s JOIN staff p ON p.id = s.staff_id \
         WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND p.active) AS alive"
    }

    pub fn members(site: &SiteId) -> Vec<Member> {
        "SELECT r.department_id AS department_id, p.id AS staff_id, p.name AS name, p.name_en AS name_en, \
         MIN(r.role) AS role, MAX(d.since) AS on_duty_since \
         FROM staff_role r JOIN staff p ON p.id = r.staff_id \
         LEFT JOIN on_duty d ON d.staff_id = p.id AND d.site_id = r.site_id \
         WHERE r.site_id = $1 AND r.department_id IS NOT NULL AND p.active \
         GROUP BY r.department_id, p.id, p.name, p.name_en ORDER BY p.name, p.id"
    }
    pub fn open_by_department(site: &SiteId) -> Vec<OpenIn> {
        "SELECT department_id, count(*) AS n FROM cases WHERE site_id = $1 AND open AND department_id IS NOT NULL \
         GROUP BY department_id"
    }
}
