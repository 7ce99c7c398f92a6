//! `sansheng standard`: a service standard as a file is checked; that of a site is written out and taken in as a draft.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use app::ctx::{HostClock, Locale};
use app::error::Error;
use domain::standard::check::{self, Beside};
use domain::standard::{Document, Grave};
use domain::time::Calendars;
use web::l10n::tx;

use crate::import::{chosen_locale, find_site, words};
use crate::{Place, serve};

/// What to do with a service standard.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Look what is wrong with a file and where it departs from the clauses; ends with code 1 if it cannot be worked by.
    Check(Check),
    /// Write out the standard in force at a site.
    Export(Export),
    /// Take a file in as a draft of a site, to be checked and approved there.
    Import(Import),
}

/// Options of `standard check`.
#[derive(clap::Args)]
pub struct Check {
    /// The file.
    #[arg(value_name = "FILE.json")]
    pub file: PathBuf,
    /// zh or en; otherwise as the environment says.
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,
}

/// Options of `standard export`.
#[derive(clap::Args)]
pub struct Export {
    #[command(flatten)]
    pub place: Place,
    /// Name of the site; may be left out when there is only one.
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
    /// Where to write it; to the terminal where absent.
    #[arg(long, value_name = "FILE.json")]
    pub out: Option<PathBuf>,
    /// zh or en; otherwise as the environment says.
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,
}

/// Options of `standard import`.
#[derive(clap::Args)]
pub struct Import {
    /// The file.
    #[arg(value_name = "FILE.json")]
    pub file: PathBuf,
    #[command(flatten)]
    pub place: Place,
    /// Name of the site; may be left out when there is only one.
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
    /// zh or en; otherwise as the environment says.
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,
}

/// Does it.
pub fn run(command: Command) -> Result<ExitCode, String> {
    match command {
        Command::Check(args) => look(&args),
        Command::Export(args) => export(&args),
        Command::Import(args) => import(&args),
    }
}

pub fn read(path: &std::path::Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// All at once; a reader who has seen enough (`| head`) is no reason to fail.
pub fn print(text: &str) {
    let _nobody_reads = std::io::stdout().lock().write_all(text.as_bytes());
}

fn look(args: &Check) -> Result<ExitCode, String> {
    let l = chosen_locale(args.lang.as_deref());
    let text = read(&args.file)?;
    let doc = match Document::parse(&text) {
        Ok(doc) => doc.with_shipped_limits(),
        Err(e) => {
            print(&format!(
                "{}\n",
                tx(l, "standard-file-broken", &[("why", &e.to_string())])
            ));
            return Ok(ExitCode::FAILURE);
        }
    };
    let shipped = Document::shipped().map_err(|e| e.to_string())?;
    let calendars = Calendars::shipped("Asia/Shanghai").map_err(|e| e.to_string())?;
    let taxonomy = domain::taxonomy::default_taxonomy().map_err(|e| e.to_string())?;
    let items: Vec<&str> = taxonomy.items.iter().map(|item| item.code.as_str()).collect();
    let found = check::look(
        &doc,
        &Beside {
            shipped: &shipped,
            calendars: &calendars,
            clauses: domain::clauses::shipped().map_err(|e| e.to_string())?,
            items: &items,
            taken: &[],
        },
    );
    let mut out = String::new();
    for f in &found {
        let grave = web::l10n::t(l, &format!("standard-grave-{}", f.grave));
        let (path, what) = (f.place.path(), web::standard::words::plain(l, f));
        let path = if path.is_empty() {
            String::new()
        } else {
            format!("{path}: ")
        };
        out.push_str(&format!("{grave}: {path}{what}\n"));
    }
    let count = |grave| found.iter().filter(|f| f.grave == grave).count().to_string();
    let errors = count(Grave::Error);
    out.push_str(&tx(
        l,
        "cli-standard-checked",
        &[
            ("rows", &doc.rows().count().to_string()),
            ("errors", &errors),
            ("departures", &count(Grave::Departure)),
        ],
    ));
    out.push('\n');
    print(&out);
    Ok(ExitCode::from(u8::from(errors != "0")))
}

fn export(args: &Export) -> Result<ExitCode, String> {
    let l = chosen_locale(args.lang.as_deref());
    let desk = serve::open(&args.place, Arc::new(HostClock::default()))?;
    let site = find_site(&desk, args.site.as_deref(), l)?;
    let ctx = desk.system("cli", &site);
    let shown = desk
        .read_now(move |c| app::standard::force(c, &ctx))
        .map_err(|e| said(l, &e))?;
    let text = shown.document.text();
    match &args.out {
        Some(path) => std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))?,
        None => print(&text),
    }
    Ok(ExitCode::SUCCESS)
}

fn import(args: &Import) -> Result<ExitCode, String> {
    let l = chosen_locale(args.lang.as_deref());
    let text = read(&args.file)?;
    let desk = serve::open(&args.place, Arc::new(HostClock::default()))?;
    let site = find_site(&desk, args.site.as_deref(), l)?;
    let ctx = desk.system("cli", &site);
    let label = desk
        .write_now(&ctx, move |tx, ctx| {
            let id = app::standard::upload(tx, ctx, "", &text)?;
            Ok(app::standard::get(tx, ctx, id.as_str())?.document.version)
        })
        .map_err(|e| said(l, &e))?;
    print(&format!("{}\n", tx(l, "cli-standard-imported", &[("label", &label)])));
    Ok(ExitCode::SUCCESS)
}

/// The words of a failure, with what is wrong in the file.
pub fn said(l: Locale, e: &Error) -> String {
    match e {
        Error::Invalid(fields) => fields
            .iter()
            .map(|f| {
                let args: Vec<(&str, &str)> = f.args.iter().map(|(k, v)| (*k, v.as_str())).collect();
                tx(l, f.key, &args)
            })
            .collect::<Vec<_>>()
            .join("\n"),
        Error::Refused(r) => web::standard::words::refusal(l, r),
        e => words(l, e),
    }
}
