//! `sansheng journal verify`: walks the chain of every site and names the first link that is not as it was written.

use std::process::ExitCode;
use std::sync::Arc;

use app::ctx::HostClock;
use domain::ids::SiteId;
use store::journal::{VerifyReport, sites, verify};

use crate::{Place, serve};

/// What to do with the journal.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Check the chain of every site; ends with code 1 if one is broken.
    Verify(Verify),
}

/// Options of `journal verify`.
#[derive(clap::Args)]
pub struct Verify {
    #[command(flatten)]
    pub place: Place,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Does it.
pub fn run(command: Command) -> Result<ExitCode, String> {
    let Command::Verify(args) = command;
    if !args.place.data.exists() {
        return Err(format!("there is no folder {}", args.place.data.display()));
    }
    let desk = serve::open(&args.place, Arc::new(HostClock::default()))?;
    let names = desk
        .read_now(|c| Ok::<_, app::error::Error>(sites(c)?))
        .map_err(|e| e.to_string())?;
    let mut reports = Vec::new();
    for id in names {
        let report = verify(&desk.db, &id).map_err(|e| e.to_string())?;
        let site = SiteId::from(id.as_str());
        let name = desk
            .read_now(move |c| Ok::<_, app::error::Error>(store::site::get(c, &site)?.map(|s| s.name)))
            .map_err(|e| e.to_string())?;
        reports.push((name, report));
    }
    let whole = reports.iter().all(|(_, r)| r.first_broken.is_none());
    if args.json {
        say!(
            "{}",
            serde_json::json!({ "whole": whole, "chains": reports.iter().map(|(_, r)| json(r)).collect::<Vec<_>>() })
        );
    } else {
        reports
            .iter()
            .for_each(|(name, r)| say!("{}", line(name.as_deref(), r)));
        if reports.is_empty() {
            say!("no journal yet");
        }
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn line(name: Option<&str>, r: &VerifyReport) -> String {
    // The company's own chain has no site behind it.
    let name = name.map_or_else(|| r.site_id.clone(), |n| format!("{n} ({})", r.site_id));
    match &r.first_broken {
        None => format!("{name}: {} entries, whole, head {}", r.checked, short(&r.head.hash)),
        Some(b) => format!(
            "{name}: BROKEN at entry {} ({}), {} entries before it are whole",
            b.seq, b.why, r.checked
        ),
    }
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

fn json(r: &VerifyReport) -> serde_json::Value {
    serde_json::json!({
        "site": r.site_id,
        "checked": r.checked,
        "head": { "seq": r.head.seq, "hash": r.head.hash },
        "first_broken": r.first_broken.as_ref().map(|b| serde_json::json!({ "seq": b.seq, "why": b.why })),
    })
}
