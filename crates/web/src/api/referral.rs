//! Referrals for programs (CAL-8): who helps with what is not our service.

use app::referral::{self, ReferralRow};
use axum::extract::State;
use axum::http::Uri;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{body, flag, ok};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::state::Web;

fn shown(r: &ReferralRow) -> Value {
    json!({
        "id": r.id, "kind": r.kind, "name": r.name, "name_en": r.name_en, "phone": r.phone, "hours": r.hours,
        "hours_en": r.hours_en, "helps": r.helps, "helps_en": r.helps_en, "active": r.active, "version": r.version,
    })
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    all: String,
}

/// Everybody who helps, by kind and name.
pub async fn list(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: Asked = body::asked(&uri)?;
    let all = flag("all", &a.all)?;
    let rows = web.read(&v.ctx()?, move |c, ctx| referral::list(c, ctx, all)).await?;
    Ok(ok(
        &json!({"items": rows.iter().map(shown).collect::<Vec<_>>(), "next": null}),
    ))
}
