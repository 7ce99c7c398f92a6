//! Staff, their accounts and who is at work now.

use domain::ids::{CompanyId, StaffId};
use serde::{Deserialize, Serialize};
use store::account as db;
use store::db::Tx;

use crate::ctx::Ctx;
use crate::error::Res;
use crate::journal;

/// What a new account needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct NewStaff {
    pub login: String,
    pub name: String,
    pub name_en: String,
    pub employee_no: String,
    pub phone: String,
    pub locale: String,
}

/// Makes an account with a password hash made beforehand.
///
/// # Errors
/// `Invalid` when the login is taken.
pub fn create_raw(
    tx: &mut Tx,
    ctx: &Ctx,
    company: &CompanyId,
    s: &NewStaff,
    hash: &str,
    must_change: bool,
) -> Res<StaffId> {
    if db::by_login(tx, &s.login)?.is_some() {
        return Err(crate::error::Error::field("login", "login-taken"));
    }
    let id: StaffId = ctx.id();
    db::staff_insert(tx, &db::StaffRow {
        id: id.clone(),
        company_id: company.clone(),
        login: s.login.clone(),
        name: s.name.clone(),
        name_en: s.name_en.clone(),
        employee_no: s.employee_no.clone(),
        phone: s.phone.clone(),
        password_hash: hash.to_owned(),
        must_change,
        locale: if s.locale.is_empty() { "zh".to_owned() } else { s.locale.clone() },
        active: true,
        created_at: ctx.now,
        version: 1,
    })?;
    let body = serde_json::json!({"login": s.login, "name": s.name, "phone": s.phone});
    journal::company(tx, ctx, "staff", id.as_str(), "staff_created", body, &["name", "phone", "login"]);
    Ok(id)
}
