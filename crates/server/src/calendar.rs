//! `sansheng calendar`: the years' holidays that the working calendars know, and a further year's file taken in.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use app::calendar::{self, Change};
use app::ctx::{Ctx, HostClock, Locale};
use app::desk::Desk;
use app::error::Error;
use app::standard::job::{self, Summary};
use domain::ids::SiteId;
use domain::time::holidays::{self, HolidayDay};
use web::l10n::{t, tx};

use crate::import::{chosen_locale, find_site};
use crate::standard::{print, read, said};
use crate::{Place, serve};

/// What to do with the calendars.
#[derive(clap::Subcommand)]
pub enum Command {
    /// The years whose holidays are known.
    List(List),
    /// Take the file of a year in, for every site. Open cases keep their limits unless it is applied to them with --apply.
    Import(Import),
}

/// Options of `calendar list`.
#[derive(clap::Args)]
pub struct List {
    #[command(flatten)]
    pub place: Place,
    /// zh or en; otherwise as the environment says.
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,
}

/// Options of `calendar import`.
#[derive(clap::Args)]
pub struct Import {
    /// The file of a year.
    #[arg(value_name = "FILE.json")]
    pub file: PathBuf,
    #[command(flatten)]
    pub place: Place,
    /// Only say what it changes.
    #[arg(long, conflicts_with = "apply")]
    pub dry_run: bool,
    /// Apply the new calendars to the open cases too: their due times move.
    #[arg(long, requires_all = ["reason", "by"])]
    pub apply: bool,
    /// Why; it stands in the journal of every case that moves.
    #[arg(long, value_name = "TEXT", requires = "apply")]
    pub reason: Option<String>,
    /// Login of the person who answers for it and who may keep the calendars.
    #[arg(long, value_name = "LOGIN", requires = "apply")]
    pub by: Option<String>,
    /// zh or en; otherwise as the environment says.
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,
}

/// Does it.
pub fn run(command: Command) -> Result<ExitCode, String> {
    match command {
        Command::List(args) => list(&args),
        Command::Import(args) => import(&args),
    }
}

fn list(args: &List) -> Result<ExitCode, String> {
    let l = chosen_locale(args.lang.as_deref());
    let desk = serve::open(&args.place, Arc::new(HostClock::default()))?;
    let sites = desk
        .read_now(|c| Ok::<_, app::error::Error>(store::site::all(c)?))
        .map_err(|e| said(l, &e))?;
    let site = sites.first().ok_or("there is no site yet")?.id.clone();
    let ctx = desk.system("cli", &site);
    let years = desk
        .read_now(move |c| calendar::years(c, &ctx))
        .map_err(|e| said(l, &e))?;
    for year in years {
        let off = year.file.days.iter().filter(|day| day.is_off_day).count();
        let work = year.file.days.len() - off;
        let args = [
            ("year", year.file.year.to_string()),
            ("off", off.to_string()),
            ("work", work.to_string()),
        ];
        let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        print(&(tx(l, "cli-calendar-year", &args) + "\n"));
    }
    Ok(ExitCode::SUCCESS)
}

fn import(args: &Import) -> Result<ExitCode, String> {
    let l = chosen_locale(args.lang.as_deref());
    let file = calendar::read_year(&read(&args.file)?).map_err(|e| said(l, &e))?;
    let desk = serve::open(&args.place, Arc::new(HostClock::default()))?;
    let sites = desk
        .read_now(|c| Ok::<_, app::error::Error>(store::site::all(c)?))
        .map_err(|e| said(l, &e))?;
    let site = match sites.first() {
        Some(site) => site.id.clone(),
        None => find_site(&desk, None, l)?,
    };
    let ctx = desk.system("cli", &site);
    let c2 = ctx.clone();
    let years = desk
        .read_now(move |c| calendar::years(c, &c2))
        .map_err(|e| said(l, &e))?;
    let before = years
        .iter()
        .find(|year| year.file.year == file.year)
        .map(|year| &year.file);
    let differences = holidays::differences(before, &file);
    let say = |day: &Option<HolidayDay>| match day {
        Some(day) => {
            let kind = if day.is_off_day {
                "calendar-day-hol"
            } else {
                "calendar-day-mk"
            };
            let name = match l {
                Locale::Zh => day.name.clone(),
                Locale::En => holidays::english(&day.name),
            };
            format!("{name} {}", t(l, kind))
        }
        None => t(l, "cli-calendar-none"),
    };
    for d in &differences {
        let args = [
            ("date", d.date.to_string()),
            ("before", say(&d.before)),
            ("after", say(&d.after)),
        ];
        let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        print(&(tx(l, "cli-calendar-line", &args) + "\n"));
    }
    let year = file.year.to_string();
    if args.dry_run {
        let n = differences.len().to_string();
        print(&(tx(l, "cli-calendar-checked", &[("year", &year), ("n", &n)]) + "\n"));
        return Ok(ExitCode::SUCCESS);
    }
    let change = Change::Year { file };
    if args.apply {
        return apply(&desk, &site, args, &change, l);
    }
    let made = desk
        .write_now(&ctx, move |tx, ctx| calendar::write(tx, ctx, &change, "cli"))
        .map_err(|e| said(l, &e))?;
    let n = made.to_string();
    print(&(tx(l, "cli-calendar-imported", &[("year", &year), ("n", &n)]) + "\n"));
    print(&(t(l, "cli-calendar-keep") + "\n"));
    Ok(ExitCode::SUCCESS)
}

/// The same steps as on the page, in somebody's name: what it would move, the change itself, and moving the open cases.
fn apply(desk: &Desk, site: &SiteId, args: &Import, change: &Change, l: Locale) -> Result<ExitCode, String> {
    let (reason, login) = (
        args.reason.clone().unwrap_or_default(),
        args.by.as_deref().unwrap_or_default(),
    );
    let ctx = job::by_login(desk, site, "cli", login).map_err(|e| match e {
        Error::NotFound => tx(l, "cli-calendar-nobody", &[("login", login)]),
        e => said(l, &e),
    })?;
    let done = applied(desk, &ctx, change, &reason).map_err(|e| said(l, &e))?;
    let counts = [
        ("year", change.label()),
        ("n", done.changed.to_string()),
        ("looked", done.looked.to_string()),
    ];
    let counts: Vec<(&str, &str)> = counts.iter().map(|(k, v)| (*k, v.as_str())).collect();
    print(&(tx(l, "cli-calendar-applied", &counts) + "\n"));
    Ok(ExitCode::SUCCESS)
}

fn applied(desk: &Desk, ctx: &Ctx, change: &Change, reason: &str) -> Result<Summary, Error> {
    let mine = change.clone();
    let (seen, claim) = desk.write_now(ctx, move |tx, ctx| calendar::propose(tx, ctx, "", &mine))?;
    job::work(desk, ctx, &seen, &claim)?;
    let (compared, why) = (seen, reason.to_owned());
    let begun = desk.write_now(ctx, move |tx, ctx| calendar::apply(tx, ctx, "", &compared, &why, true))?;
    let Some((id, claim)) = begun else {
        return Ok(Summary::default());
    };
    job::work(desk, ctx, &id, &claim)?;
    let c2 = ctx.clone();
    let done = desk.read_now(move |c| job::one(c, &c2, &id))?;
    Ok(job::summary_of(&done))
}
