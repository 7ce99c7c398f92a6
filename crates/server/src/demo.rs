//! `sansheng demo`: makes the demo estate, with progress on the terminal; Ctrl-C stops it and leaves nothing half-made
//! that would be taken for a demo.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use app::ctx::{Clock as _, HostClock};
use app::demo::{Plan, Progress, make};
use app::error::Error;

use crate::{Place, serve};

/// Options of `demo`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub place: Place,
    /// The same seed makes the same estate.
    #[arg(long, default_value_t = 20_261_121)]
    pub seed: u64,
    /// Households.
    #[arg(long, default_value_t = 1800)]
    pub households: usize,
    /// Days of history.
    #[arg(long, default_value_t = 730)]
    pub days: i64,
    /// Cases wanted; without it what an estate of this size has in that time.
    #[arg(long, default_value_t = 0)]
    pub cases: u64,
    /// Copies the records of a demo estate that is there until it has this many cases, for measuring: the journal tells only
    /// of the originals.
    #[arg(long, hide = true, default_value_t = 0)]
    pub copy_to: u64,
    /// Where the story ends, in unix milliseconds; without it now.
    #[arg(long)]
    pub until: Option<i64>,
}

/// Makes the demo.
pub fn run(args: Args) -> Result<ExitCode, String> {
    // A demo that breaks off has no mark and is made anew.
    let filling = store::db::Options {
        filling: true,
        ..store::db::Options::default()
    };
    let db = serve::open_db_with(&args.place, filling)?;
    let now = args.until.unwrap_or_else(|| HostClock::default().now());
    let plan = Plan {
        seed: args.seed,
        households: args.households,
        days: args.days,
        cases: args.cases,
        now,
    };
    let measured = args.copy_to;
    let tty = std::io::stderr().is_terminal();
    let said = AtomicU64::new(u64::MAX);
    let show = |p: Progress| {
        let percent = p.done * 100 / p.of.max(1);
        let step = if tty { 1 } else { 10 };
        let mark = percent / step + if p.what == "days" { 1000 } else { 0 };
        if said.swap(mark, Ordering::Relaxed) != mark {
            let end = if tty { "\r" } else { "\n" };
            eprint!("{:>3} % of {} {} ({} cases){end}", percent, p.of, p.what, p.cases);
        }
        true
    };
    if measured > 0 {
        let n = app::demo::copy(db, &args.place.data, measured, &show).map_err(|e| e.to_string())?;
        say!("estate for measuring: {n} cases");
        return Ok(ExitCode::SUCCESS);
    }
    let made = make(db, &args.place.data, &plan, &show).map_err(|e| match e {
        Error::Forbidden(_) => format!(
            "there is an estate in {} already; name an empty folder, or start it with `sansheng serve`",
            args.place.data.display()
        ),
        e => e.to_string(),
    })?;
    say!(
        "demo estate: {} households, {} cases ({} steps refused by a rule)",
        made.households,
        made.cases,
        made.refused
    );
    Ok(ExitCode::SUCCESS)
}
