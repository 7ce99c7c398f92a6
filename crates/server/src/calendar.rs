//! `sansheng calendar`: the years' holidays that the working calendars know, and a further year's file taken in.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use app::calendar::{self, Change};
use app::ctx::HostClock;
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
    /// Take the file of a year in, for every site. Open cases keep their limits until the change is applied on its page.
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
    #[arg(long)]
    pub dry_run: bool,
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
            format!("{} {}", day.name, t(l, kind))
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
    let made = desk
        .write_now(&ctx, move |tx, ctx| calendar::write(tx, ctx, &change, "cli"))
        .map_err(|e| said(l, &e))?;
    let n = made.to_string();
    print(&(tx(l, "cli-calendar-imported", &[("year", &year), ("n", &n)]) + "\n"));
    Ok(ExitCode::SUCCESS)
}
