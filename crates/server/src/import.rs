//! `sansheng import`: brings an estate from an Excel workbook, while no server runs or beside a running one. Progress on the
//! terminal; Ctrl-C stops between two slices. Also the watch that finishes imports which a process left in the middle.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use app::ctx::{Ctx, HostClock, Locale};
use app::desk::Desk;
use app::error::Error;
use app::import::{self, Mode, Phase, Preview, Progress, Trouble, examine, preview_of, take_in};
use domain::ids::SiteId;
use office::{FileProblem, RowProblem};
use serde_json::{Value, json};
use web::import::text;
use web::l10n::{t, tx};

use crate::{Place, serve};

/// Options of `import`.
#[derive(clap::Args)]
pub struct Args {
    /// The workbook (.xlsx): our template, or that of the HC community system.
    pub file: PathBuf,
    #[command(flatten)]
    pub place: Place,
    /// Name of the site; may be left out when there is only one.
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
    /// Only say what would be created, changed and refused.
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Import the good rows although others are refused; without it one refused row is enough for nothing to be written.
    #[arg(long)]
    pub good_rows: bool,
    /// zh or en; otherwise as the environment says.
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,
}

/// The language that was named, or that of the environment.
pub fn chosen_locale(lang: Option<&str>) -> Locale {
    let from_env = || {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|k| std::env::var(k).ok().filter(|v| !v.is_empty()))
    };
    lang.map(str::to_owned)
        .or_else(from_env)
        .map_or(Locale::Zh, |l| Locale::parse(&l))
}

/// The words of a failure.
pub fn words(l: Locale, e: &Error) -> String {
    match e {
        Error::Invalid(f) => f.iter().map(|f| t(l, f.key)).collect::<Vec<_>>().join("\n"),
        Error::Unavailable(key) | Error::Forbidden(key) => t(l, key),
        Error::NotFound => t(l, "cli-import-no-site"),
        e => e.to_string(),
    }
}

/// The site of a name, or the only one.
pub fn find_site(desk: &Desk, name: Option<&str>, l: Locale) -> Result<SiteId, String> {
    let sites = desk
        .read_now(|c| Ok::<_, Error>(store::site::all(c)?))
        .map_err(|e| words(l, &e))?;
    let found = match name {
        Some(name) => {
            let name = name.to_owned();
            desk.read_now(move |c| import::site_named(c, &name)).ok()
        }
        None if sites.len() == 1 => sites.first().map(|s| s.id.clone()),
        None => None,
    };
    let names: Vec<&str> = sites.iter().map(|s| s.name.as_str()).collect();
    let key = if names.is_empty() {
        "cli-import-no-sites"
    } else {
        "cli-import-no-site"
    };
    found.ok_or_else(|| tx(l, key, &[("sites", &names.join(&t(l, "import-and")))]))
}

/// Tells the terminal how far it is, and the import whether to go on.
struct Teller {
    l: Locale,
    stop: Arc<AtomicBool>,
    quiet: bool,
    tty: bool,
    said: AtomicI64,
}

impl Teller {
    fn go(&self, p: Progress) -> bool {
        let step = if self.tty { 1_000 } else { 20_000 };
        let mark = if p.phase == Phase::Writing {
            1_000_000_000 + p.done * 20 / p.of.max(1)
        } else {
            p.done / step
        };
        if !self.quiet && self.said.swap(mark, Ordering::Relaxed) != mark {
            let (n, of) = (p.done.to_string(), p.of.to_string());
            let key = if p.phase == Phase::Writing {
                "import-writing"
            } else {
                "import-reading"
            };
            let end = if self.tty { "\x1b[K\r" } else { "\n" };
            eprint!("{}{end}", tx(self.l, key, &[("n", &n), ("of", &of)]));
        }
        !self.stop.load(Ordering::Relaxed)
    }

    fn end(&self) {
        if self.tty && !self.quiet {
            eprint!("\x1b[K");
        }
    }
}

/// Sets the flag when the person presses Ctrl-C; a second time ends the process.
fn heed_ctrl_c(stop: &Arc<AtomicBool>) {
    let stop = stop.clone();
    let wait = move || {
        let Ok(rt) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return;
        };
        rt.block_on(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                if stop.swap(true, Ordering::Relaxed) {
                    std::process::exit(130);
                }
            }
        });
    };
    if std::thread::Builder::new().name("ctrl-c".into()).spawn(wait).is_err() {
        tracing::warn!("Ctrl-C ends the import at once");
    }
}

fn refused_row(l: Locale, r: &RowProblem) -> Value {
    json!({
        "sheet": r.sheet, "row": r.row, "column": r.column, "column_name": r.column_name, "code": r.code,
        "reason": text::row(l, r), "value": r.value,
    })
}

/// The one JSON object that `--json` prints.
fn object(l: Locale, p: &Preview, state: &str, dry_run: bool, number: Option<i64>) -> Value {
    let c = &p.counts;
    json!({
        "state": state,
        "dry_run": dry_run,
        "import_number": number,
        "units": c.units,
        "people": c.people,
        "vehicles": c.vehicles,
        "parking_places": c.parking_places,
        "buildings": c.buildings,
        "occupancies": c.occupancies,
        "placeholders": p.placeholders,
        "refused_rows": p.refused.iter().map(|r| refused_row(l, r)).collect::<Vec<_>>(),
        "warnings": p.warnings.iter().map(|r| refused_row(l, r)).collect::<Vec<_>>(),
        "ignored_columns": p.sheets.iter().flat_map(|s| s.ignored.iter().map(|(c, h)| json!({
            "sheet": s.name, "column": c, "heading": h,
        }))).collect::<Vec<_>>(),
    })
}

fn table(l: Locale, p: &Preview) {
    let c = &p.counts;
    for (kind, n) in [
        ("unit", c.units),
        ("person", c.people),
        ("vehicle", c.vehicles),
        ("parking_place", c.parking_places),
        ("building", c.buildings),
        ("occupancy", c.occupancies),
    ] {
        let n = [n.created, n.updated, n.unchanged, n.refused].map(|n| n.to_string());
        let args = [
            ("created", n[0].as_str()),
            ("updated", n[1].as_str()),
            ("unchanged", n[2].as_str()),
            ("refused", n[3].as_str()),
        ];
        say!(
            "{}{}{}",
            text::kind(l, kind),
            t(l, "colon"),
            tx(l, "cli-import-counts", &args)
        );
    }
    for r in &p.refused {
        let value = if r.value.is_empty() {
            String::new()
        } else {
            format!(" [{}]", r.value)
        };
        say!("{}{}{}{value}", text::place(l, r), t(l, "colon"), text::row(l, r));
    }
}

fn file_trouble(l: Locale, problem: &FileProblem, as_json: bool) -> ExitCode {
    let said = text::file(l, problem);
    if as_json {
        say!("{}", json!({"state": "failed", "problem": problem, "message": said}));
    }
    eprintln!("sansheng: {said}");
    if let FileProblem::NoKnownSheet { found, .. } = problem {
        for f in found {
            eprintln!("  {}{}{}", f.sheet, t(l, "colon"), f.headings.join(" | "));
        }
    }
    ExitCode::from(2)
}

/// Imports a file. Exit code 1 when refused rows kept it from being written or it was stopped, 2 when the file cannot be read.
pub fn run(args: Args) -> Result<ExitCode, String> {
    let l = chosen_locale(args.lang.as_deref());
    let limit = u64::try_from(import::MOST_BYTES).unwrap_or(u64::MAX);
    let size = std::fs::metadata(&args.file)
        .map_err(|e| tx(l, "cli-import-no-file", &[("why", &e.to_string())]))?
        .len();
    if size > limit {
        return Ok(file_trouble(l, &FileProblem::TooBig { bytes: size, limit }, args.json));
    }
    let bytes = std::fs::read(&args.file).map_err(|e| tx(l, "cli-import-no-file", &[("why", &e.to_string())]))?;
    let name = args
        .file
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let desk = serve::open(&args.place, Arc::new(HostClock::default()))?;
    let site = find_site(&desk, args.site.as_deref(), l)?;
    let ctx = Ctx {
        locale: l,
        ..desk.system("cli", &site)
    };
    let stop = Arc::new(AtomicBool::new(false));
    heed_ctrl_c(&stop);
    let tty = std::io::stderr().is_terminal();
    let teller = Teller {
        l,
        stop,
        quiet: args.json && !tty,
        tty,
        said: AtomicI64::new(-1),
    };
    let go = |p: Progress| teller.go(p);
    let seen = match examine(&desk, &ctx, &bytes, &name, &go) {
        Ok(seen) => seen,
        Err(Trouble::File(problem)) => {
            teller.end();
            return Ok(file_trouble(l, &problem, args.json));
        }
        Err(Trouble::App(e)) => return Err(words(l, &e)),
    };
    let kept_back = seen.counts.refused_rows > 0 && !args.good_rows;
    if args.dry_run || kept_back {
        teller.end();
        let state = if kept_back { "refused" } else { "ready" };
        if args.json {
            say!("{}", object(l, &seen, state, args.dry_run, None));
        } else {
            table(l, &seen);
            say!(
                "{}",
                t(
                    l,
                    if kept_back {
                        "import-rows-refused"
                    } else {
                        "cli-import-dry"
                    }
                )
            );
        }
        return Ok(if kept_back {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        });
    }
    write(&desk, &ctx, &args, &bytes, &name, &seen, &teller).map_err(|e| words(l, &e))
}

fn write(
    desk: &Desk,
    ctx: &Ctx,
    args: &Args,
    bytes: &[u8],
    name: &str,
    seen: &Preview,
    teller: &Teller,
) -> Result<ExitCode, Error> {
    let l = teller.l;
    let go = |p: Progress| teller.go(p);
    let mode = if args.good_rows {
        Mode::GoodRows
    } else {
        Mode::AllOrNothing
    };
    let id = take_in(desk, ctx, "", bytes, name)?;
    let claim = import::begin_unseen(desk, ctx, &id, mode)?;
    let done = import::work(desk, ctx, &id, &claim, &go)?;
    teller.end();
    // What was written is what the last comparing found; the lists are those of the look before, which are whole.
    let shown = Preview {
        counts: preview_of(&done).counts,
        ..seen.clone()
    };
    if args.json {
        say!("{}", object(l, &shown, &done.state, false, Some(done.number)));
    } else {
        table(l, &shown);
        let (n, of) = (done.progress.to_string(), done.total.to_string());
        let key = match (done.state.as_str(), done.total) {
            ("done", 0) => "import-done-nothing",
            ("done", _) => "import-done",
            _ => "import-stopped",
        };
        say!("{}", tx(l, key, &[("n", &n), ("of", &of)]));
    }
    Ok(if done.state == "done" {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Finishes imports that a process left in the middle, for as long as the server runs.
pub fn watch(desk: &Desk, stop: &AtomicBool) {
    let mut rest = 0;
    while !stop.load(Ordering::Relaxed) {
        if rest == 0 {
            rest = 20;
            if let Err(e) = import::resume_left(desk, &|_| true) {
                tracing::warn!(error = %e, "an import that was left could not be finished");
            }
            if let Err(e) = app::standard::job::resume_left(desk) {
                tracing::warn!(error = %e, "work on a standard that was left could not be finished");
            }
        }
        rest -= 1;
        std::thread::sleep(Duration::from_millis(250));
    }
}
