//! Sites and their departments.

use domain::ids::{CompanyId, SiteId};
use serde::{Deserialize, Serialize};
use store::db::Tx;
use store::site as db;

use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::journal;

/// What a new site needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct NewSite {
    pub name: String,
    pub name_en: String,
    pub hotline: String,
    pub address: String,
    pub complaint_phone: String,
    /// IANA zone; empty for Asia/Shanghai.
    pub zone: String,
}

/// Makes a site with the default departments of the shipped list.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn create(tx: &mut Tx, ctx: &Ctx, company: &CompanyId, s: &NewSite) -> Res<SiteId> {
    let id: SiteId = ctx.id();
    let zone = if s.zone.is_empty() { "Asia/Shanghai" } else { &s.zone };
    db::insert(tx, &db::Site {
        id: id.clone(),
        company_id: company.clone(),
        name: s.name.clone(),
        name_en: s.name_en.clone(),
        center_name: format!("{}物业服务中心", s.name),
        center_name_en: if s.name_en.is_empty() {
            String::new()
        } else {
            format!("{} property service centre", s.name_en)
        },
        zone: zone.to_owned(),
        address: s.address.clone(),
        hotline: s.hotline.clone(),
        complaint_phone: if s.complaint_phone.is_empty() { s.hotline.clone() } else { s.complaint_phone.clone() },
        settings: "{}".to_owned(),
        version: 1,
        created_at: ctx.now,
    })?;
    let list = domain::departments::default_departments().map_err(Error::internal)?;
    for (i, d) in list.iter().enumerate() {
        db::department_insert(tx, &db::Department {
            id: ctx.id(),
            site_id: id.clone(),
            code: d.code.clone(),
            kind: d.kind.as_str().to_owned(),
            name: d.zh.clone(),
            name_en: d.en.clone(),
            phone: String::new(),
            duties: d.duties_zh.clone(),
            duties_en: d.duties_en.clone(),
            position: i64::try_from(i).unwrap_or(0),
            active: true,
            version: 1,
        })?;
    }
    journal::company(tx, ctx, "site", id.as_str(), "site_created", serde_json::to_value(s)?, &[]);
    Ok(id)
}
