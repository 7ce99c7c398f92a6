//! Sites, departments and who works in them.

use domain::ids::{CompanyId, DepartmentId, SiteId, StaffId};

use crate::seam::{row, sql};

row! {
    /// A site.
    #[derive(Debug, Clone)]
    pub struct Site {
        pub id: SiteId, pub company_id: CompanyId, pub name: String, pub name_en: String, pub center_name: String,
        pub center_name_en: String, pub zone: String, pub address: String, pub hotline: String,
        pub complaint_phone: String, pub settings: String, pub version: i64, pub created_at: i64,
    }
}

row! {
    /// A department or a vendor.
    #[derive(Debug, Clone)]
    pub struct Department {
        pub id: DepartmentId, pub site_id: SiteId, pub code: String, pub kind: String, pub name: String,
        pub name_en: String, pub phone: String, pub duties: String, pub duties_en: String, pub position: i64,
        pub active: bool, pub version: i64,
    }
}

row! {
    /// Somebody whom work can be given to, with what they hold now.
    #[derive(Debug, Clone)]
    pub struct Worker {
        pub id: StaffId, pub name: String, pub name_en: String, pub role: String, pub department_id: Option<DepartmentId>,
        pub on_duty_since: Option<i64>, pub jobs: i64,
    }
}

row! {
    /// A name beside a department, for who is on duty.
    #[derive(Debug, Clone)]
    pub struct OnDuty {
        pub id: StaffId, pub name: String, pub name_en: String, pub department: Option<String>,
        pub department_en: Option<String>,
    }
}

row! {
    /// Somebody who holds a post, and whether they are at work.
    #[derive(Debug, Clone)]
    pub struct Holder { pub id: StaffId, pub role: String, pub department_id: Option<DepartmentId>, pub at_work: bool }
}

row! {
    /// How many open orders somebody has in hand.
    #[derive(Debug, Clone)]
    pub struct Held { pub id: StaffId, pub jobs: i64 }
}

row! {
    /// A person's names.
    #[derive(Debug, Clone)]
    pub struct StaffName { pub id: StaffId, pub name: String, pub name_en: String, pub employee_no: String }
}

sql! {
    pub fn insert(row: &Site) { insert "site" }
    pub fn get(id: &SiteId) -> Option<Site> { "SELECT ", Site::COLS, " FROM site WHERE id = $1" }
    pub fn save(row: &Site) -> u64 { save "site" }
    pub fn all() -> Vec<Site> { "SELECT ", Site::COLS, " FROM site ORDER BY created_at, id" }
    pub fn by_name(name: &str) -> Option<Site> { "SELECT ", Site::COLS, " FROM site WHERE name = $1 ORDER BY created_at LIMIT 1" }
    pub fn company_name(id: &CompanyId) -> Option<String> { "SELECT name FROM company WHERE id = $1" }
    pub fn company_name_en(id: &CompanyId) -> Option<String> { "SELECT name_en FROM company WHERE id = $1" }

    pub fn department_insert(row: &Department) { insert "department" }
    pub fn department_save(row: &Department) -> u64 { save "department" }
    pub fn departments(site: &SiteId) -> Vec<Department> {
        "SELECT ", Department::COLS, " FROM department WHERE site_id = $1 ORDER BY position, code"
    }
    pub fn department(site: &SiteId, id: &DepartmentId) -> Option<Department> {
        "SELECT ", Department::COLS, " FROM department WHERE site_id = $1 AND id = $2"
    }
    pub fn department_by_code(site: &SiteId, code: &str) -> Option<Department> {
        "SELECT ", Department::COLS, " FROM department WHERE site_id = $1 AND code = $2"
    }

    /// Everybody with a role at the site; one line a person, department and role.
    pub fn workers(site: &SiteId) -> Vec<Worker> {
        "SELECT p.id AS id, p.name AS name, p.name_en AS name_en, r.role AS role, r.department_id AS department_id, \
         MAX(d.since) AS on_duty_since, \
         (SELECT count(*) FROM cases c WHERE c.worker_id = p.id AND c.open) AS jobs \
         FROM staff_role r JOIN staff p ON p.id = r.staff_id \
         LEFT JOIN on_duty d ON d.staff_id = p.id AND d.site_id = r.site_id \
         WHERE r.site_id = $1 AND p.active \
         GROUP BY p.id, p.name, p.name_en, r.department_id, r.role ORDER BY p.name, p.id, r.role"
    }
    /// Everybody who holds a post at the site; one line a person and role.
    pub fn holders(site: &SiteId) -> Vec<Holder> {
        "SELECT p.id AS id, r.role AS role, r.department_id AS department_id, d.staff_id IS NOT NULL AS at_work \
         FROM staff_role r JOIN staff p ON p.id = r.staff_id \
         LEFT JOIN on_duty d ON d.staff_id = p.id AND d.site_id = r.site_id \
         WHERE r.site_id = $1 AND p.active ORDER BY p.id, r.role"
    }
    pub fn on_duty(site: &SiteId) -> Vec<OnDuty> {
        "SELECT p.id AS id, p.name AS name, p.name_en AS name_en, MIN(t.name) AS department, \
         MIN(t.name_en) AS department_en FROM on_duty d JOIN staff p ON p.id = d.staff_id \
         LEFT JOIN staff_role r ON r.staff_id = d.staff_id AND r.site_id = d.site_id \
         LEFT JOIN department t ON t.id = r.department_id WHERE d.site_id = $1 AND p.active \
         GROUP BY p.id, p.name, p.name_en ORDER BY p.name, p.id LIMIT 500"
    }
    pub fn staff_name(id: &StaffId) -> Option<StaffName> {
        "SELECT ", StaffName::COLS, " FROM staff WHERE id = $1"
    }
    pub fn staff_names(site: &SiteId) -> Vec<StaffName> {
        "SELECT DISTINCT p.id AS id, p.name AS name, p.name_en AS name_en, p.employee_no AS employee_no \
         FROM staff p JOIN staff_role r ON r.staff_id = p.id WHERE r.site_id = $1 ORDER BY p.name, p.id"
    }

    pub fn next_number(site: &SiteId, kind: &str, day: &str) -> i64 {
        "INSERT INTO number_seq (site_id, kind, day, last) VALUES ($1, $2, $3, 1) \
         ON CONFLICT (site_id, kind, day) DO UPDATE SET last = number_seq.last + 1 RETURNING last"
    }

    pub fn count_open(site: &SiteId) -> i64 { "SELECT count(*) AS n FROM cases WHERE site_id = $1 AND open" }
    pub fn count_overdue(site: &SiteId, now: i64) -> i64 {
        "SELECT count(*) AS n FROM cases WHERE site_id = $1 AND open AND due_at < $2"
    }
    pub fn count_orders(site: &SiteId) -> i64 { "SELECT count(*) AS n FROM work_order WHERE site_id = $1 AND open" }
    /// Open orders in hand of each worker.
    pub fn held(site: &SiteId) -> Vec<Held> {
        "SELECT worker_id AS id, count(*) AS jobs FROM work_order WHERE site_id = $1 AND open AND worker_id IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM case_hidden h WHERE h.staff_id = work_order.worker_id AND h.case_id = work_order.case_id) \
         GROUP BY worker_id"
    }
    pub fn count_callbacks(site: &SiteId) -> i64 { "SELECT count(*) AS n FROM callback WHERE site_id = $1 AND open" }
    pub fn count_news(site: &SiteId) -> i64 { "SELECT count(*) AS n FROM cases WHERE site_id = $1 AND open AND news_at IS NOT NULL" }
    pub fn count_failed(site: &SiteId) -> i64 {
        "SELECT count(*) AS n FROM message WHERE site_id = $1 AND state IN ('failed', 'no_channel')"
    }
    pub fn seq(site: &SiteId) -> Option<i64> { "SELECT seq FROM site_head WHERE site_id = $1" }
}
