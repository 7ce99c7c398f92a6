//! Staff, roles, sessions, tokens, sign-in failures, remembered answers and drafts.

use domain::ids::{CompanyId, DepartmentId, SessionId, SiteId, StaffId, TokenId};

use crate::seam::{row, sql};

row! {
    /// An account with its password hash.
    #[derive(Debug, Clone)]
    pub struct Account {
        pub id: StaffId, pub login: String, pub name: String, pub password_hash: String, pub must_change: bool,
        pub locale: String, pub active: bool,
    }
}

row! {
    /// A new account, as it is inserted.
    #[derive(Debug, Clone)]
    pub struct StaffRow {
        pub id: StaffId, pub company_id: CompanyId, pub login: String, pub name: String, pub name_en: String,
        pub employee_no: String, pub phone: String, pub password_hash: String, pub must_change: bool,
        pub locale: String, pub active: bool, pub created_at: i64, pub version: i64,
    }
}

row! {
    /// One role at one site.
    #[derive(Debug, Clone)]
    pub struct RoleRow {
        pub site_id: SiteId, pub site_name: String, pub site_name_en: String, pub zone: String, pub role: String,
        pub department_id: Option<DepartmentId>,
    }
}

row! {
    /// Who is behind a session or a token.
    #[derive(Debug, Clone)]
    pub struct SignedIn {
        pub session_id: Option<SessionId>, pub staff_id: StaffId, pub site_id: Option<SiteId>, pub seen_at: i64,
        pub locked_at: Option<i64>, pub login: String, pub name: String, pub name_en: String, pub must_change: bool,
        pub locale: String, pub scopes: String,
    }
}

row! {
    /// Failures of one bucket.
    #[derive(Debug, Clone)]
    pub struct Failures { pub failures: i64, pub last_at: i64 }
}

row! {
    /// A remembered answer.
    #[derive(Debug, Clone)]
    pub struct Answer { pub request_hash: String, pub answer: String }
}

row! {
    /// A session in the list of one's own.
    #[derive(Debug, Clone)]
    pub struct SessionRow {
        pub id: SessionId, pub created_at: i64, pub seen_at: i64, pub expires_at: i64, pub ip: String, pub agent: String,
    }
}

row! {
    /// A personal token in the list of one's own.
    #[derive(Debug, Clone)]
    pub struct TokenRow {
        pub id: TokenId, pub name: String, pub scopes: String, pub created_at: i64, pub used_at: Option<i64>,
        pub expires_at: Option<i64>, pub revoked_at: Option<i64>,
    }
}

row! {
    /// A draft.
    #[derive(Debug, Clone)]
    pub struct Draft { pub kind: String, pub subject: String, pub body: String, pub updated_at: i64 }
}

sql! {
    pub fn any_company() -> bool { "SELECT EXISTS (SELECT 1 FROM company) AS found" }
    pub fn company_new(id: &CompanyId, name: &str, name_en: &str, now: i64) {
        "INSERT INTO company (id, name, name_en, created_at) VALUES ($1, $2, $3, $4)"
    }
    pub fn the_company() -> Option<CompanyId> { "SELECT id FROM company ORDER BY created_at LIMIT 1" }
    pub fn by_login(login: &str) -> Option<Account> { "SELECT ", Account::COLS, " FROM staff WHERE login = $1" }
    pub fn staff_insert(row: &StaffRow) { insert "staff" }
    pub fn set_password(id: &StaffId, hash: &str, must_change: bool) {
        "UPDATE staff SET password_hash = $2, must_change = $3, version = version + 1 WHERE id = $1"
    }
    pub fn is_active(id: &StaffId) -> Option<bool> { "SELECT active FROM staff WHERE id = $1" }
    pub fn set_locale(id: &StaffId, locale: &str) { "UPDATE staff SET locale = $2 WHERE id = $1" }
    pub fn roles_of(staff: &StaffId) -> Vec<RoleRow> {
        "SELECT r.site_id AS site_id, s.name AS site_name, s.name_en AS site_name_en, s.zone AS zone, r.role AS role, \
         r.department_id AS department_id FROM staff_role r JOIN site s ON s.id = r.site_id \
         WHERE r.staff_id = $1 ORDER BY s.created_at, r.site_id, r.role"
    }
    pub fn role_add(staff: &StaffId, site: &SiteId, role: &str, department: Option<&DepartmentId>) {
        "INSERT INTO staff_role (staff_id, site_id, role, department_id) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (staff_id, site_id, role) DO UPDATE SET department_id = excluded.department_id"
    }
    pub fn role_remove(staff: &StaffId, site: &SiteId, role: &str) -> u64 {
        "DELETE FROM staff_role WHERE staff_id = $1 AND site_id = $2 AND role = $3"
    }

    pub fn session_new(
        id: &SessionId, token_hash: &str, staff: &StaffId, now: i64, expires: i64, ip: &str, agent: &str,
    ) {
        "INSERT INTO session (id, token_hash, staff_id, created_at, seen_at, expires_at, ip, agent) \
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7)"
    }
    pub fn session_by_hash(token_hash: &str, now: i64, idle_since: i64) -> Option<SignedIn> {
        "SELECT s.id AS session_id, s.staff_id AS staff_id, s.site_id AS site_id, s.seen_at AS seen_at, \
         s.locked_at AS locked_at, p.login AS login, p.name AS name, p.name_en AS name_en, \
         p.must_change AS must_change, p.locale AS locale, '' AS scopes \
         FROM session s JOIN staff p ON p.id = s.staff_id WHERE s.token_hash = $1 AND s.revoked_at IS NULL \
         AND s.expires_at > $2 AND s.seen_at > $3 AND p.active"
    }
    pub fn session_seen(id: &SessionId, now: i64) { "UPDATE session SET seen_at = $2 WHERE id = $1" }
    pub fn session_site(id: &SessionId, site: &SiteId) { "UPDATE session SET site_id = $2 WHERE id = $1" }
    pub fn session_lock(id: &SessionId, at: Option<i64>) { "UPDATE session SET locked_at = $2 WHERE id = $1" }
    pub fn session_revoke(id: &SessionId, now: i64) {
        "UPDATE session SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL"
    }
    pub fn session_revoke_of(staff: &StaffId, id: &SessionId, now: i64) -> u64 {
        "UPDATE session SET revoked_at = $3 WHERE staff_id = $1 AND id = $2 AND revoked_at IS NULL"
    }
    pub fn sessions_revoke_others(staff: &StaffId, but: Option<&SessionId>, now: i64) -> u64 {
        "UPDATE session SET revoked_at = $3 WHERE staff_id = $1 AND id <> COALESCE($2, '') AND revoked_at IS NULL"
    }
    pub fn sessions_of(staff: &StaffId, now: i64) -> Vec<SessionRow> {
        "SELECT ", SessionRow::COLS, " FROM session WHERE staff_id = $1 AND revoked_at IS NULL AND expires_at > $2 \
         ORDER BY seen_at DESC LIMIT 100"
    }

    pub fn token_signed_in(token_hash: &str, now: i64) -> Option<SignedIn> {
        "SELECT CAST(NULL AS TEXT) AS session_id, t.staff_id AS staff_id, t.site_id AS site_id, \
         COALESCE(t.used_at, t.created_at) AS seen_at, CAST(NULL AS BIGINT) AS locked_at, p.login AS login, \
         p.name AS name, p.name_en AS name_en, p.must_change AS must_change, p.locale AS locale, t.scopes AS scopes \
         FROM api_token t JOIN staff p ON p.id = t.staff_id WHERE t.token_hash = $1 AND t.revoked_at IS NULL \
         AND (t.expires_at IS NULL OR t.expires_at > $2) AND p.active"
    }
    pub fn token_new(
        id: &TokenId, token_hash: &str, staff: &StaffId, site: &SiteId, name: &str, scopes: &str, now: i64,
        expires: Option<i64>,
    ) {
        "INSERT INTO api_token (id, token_hash, staff_id, site_id, name, scopes, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    }
    pub fn token_revoke(staff: &StaffId, id: &TokenId, now: i64) -> u64 {
        "UPDATE api_token SET revoked_at = $3 WHERE staff_id = $1 AND id = $2 AND revoked_at IS NULL"
    }
    pub fn token_seen(token_hash: &str, now: i64) { "UPDATE api_token SET used_at = $2 WHERE token_hash = $1" }
    pub fn tokens_of(staff: &StaffId) -> Vec<TokenRow> {
        "SELECT ", TokenRow::COLS, " FROM api_token WHERE staff_id = $1 ORDER BY created_at DESC LIMIT 100"
    }

    pub fn failures(bucket: &str) -> Option<Failures> {
        "SELECT failures, last_at FROM sign_in_failure WHERE bucket = $1"
    }
    pub fn failed(bucket: &str, now: i64, forget_before: i64) {
        "INSERT INTO sign_in_failure (bucket, failures, last_at) VALUES ($1, 1, $2) ON CONFLICT (bucket) DO UPDATE \
         SET failures = CASE WHEN sign_in_failure.last_at < $3 THEN 1 ELSE sign_in_failure.failures + 1 END, \
         last_at = excluded.last_at"
    }
    pub fn forgive(bucket: &str) { "DELETE FROM sign_in_failure WHERE bucket = $1" }
    pub fn failures_old(before: i64) -> u64 { "DELETE FROM sign_in_failure WHERE last_at < $1" }

    pub fn idempotent(actor: &str, idem_key: &str) -> Option<Answer> {
        "SELECT request_hash, answer FROM idempotency WHERE actor = $1 AND idem_key = $2"
    }
    pub fn idempotent_put(actor: &str, idem_key: &str, request_hash: &str, answer: &str, now: i64) {
        "INSERT INTO idempotency (actor, idem_key, request_hash, answer, created_at) VALUES ($1, $2, $3, $4, $5)"
    }
    pub fn idempotent_old(before: i64) -> u64 { "DELETE FROM idempotency WHERE created_at < $1" }

    pub fn draft_put(staff: &StaffId, site: &SiteId, kind: &str, subject: &str, body: &str, now: i64) {
        "INSERT INTO draft (staff_id, site_id, kind, subject, body, updated_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (staff_id, site_id, kind, subject) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at"
    }
    pub fn draft(staff: &StaffId, site: &SiteId, kind: &str, subject: &str) -> Option<Draft> {
        "SELECT ", Draft::COLS, " FROM draft WHERE staff_id = $1 AND site_id = $2 AND kind = $3 AND subject = $4"
    }
    pub fn draft_drop(staff: &StaffId, site: &SiteId, kind: &str, subject: &str) {
        "DELETE FROM draft WHERE staff_id = $1 AND site_id = $2 AND kind = $3 AND subject = $4"
    }
    pub fn drafts_of(staff: &StaffId, site: &SiteId) -> Vec<Draft> {
        "SELECT ", Draft::COLS, " FROM draft WHERE staff_id = $1 AND site_id = $2 ORDER BY updated_at DESC LIMIT 50"
    }

    /// Somebody of the site has been on duty: since then who is not on duty is off it.
    pub fn duty_used(site: &SiteId, now: i64) {
        "INSERT INTO duty_used (site_id, since) VALUES ($1, $2) ON CONFLICT (site_id) DO NOTHING"
    }
    /// Whether anybody of the site was ever on duty, or ever planned for a shift.
    pub fn uses_duty(site: &SiteId) -> bool {
        "SELECT EXISTS (SELECT 1 FROM duty_used WHERE site_id = $1) \
         OR EXISTS (SELECT 1 FROM roster_shift WHERE site_id = $1 AND state = 'planned') AS used"
    }
    pub fn duty_on(staff: &StaffId, site: &SiteId, now: i64) {
        "INSERT INTO on_duty (staff_id, site_id, since) VALUES ($1, $2, $3) ON CONFLICT (staff_id, site_id) DO NOTHING"
    }
    pub fn duty_off(staff: &StaffId, site: &SiteId) { "DELETE FROM on_duty WHERE staff_id = $1 AND site_id = $2" }
}
