//! Speed and memory of the built program, each figure beside a bare reference measured in the same run: the engine's own
//! query through its C library, and a static page of the same bytes. Prints one table; nothing here is a pass or a fail.
//!
//!     cargo build --release -p server && cargo run --release -p bench -- --sizes 10000,1000000
//!     cargo run --release -p bench -- --timer 1000000
//!     cargo run --release -p bench -- --calls 200 --seconds 60
//!
//! The estates are made once by `sansheng demo` and kept in the folder. A large one is an estate of 50,000 cases made by the
//! use cases, whose records are then copied until there are enough (`app::demo::copy`); its journal tells of the originals.

mod beside;
mod calls;
mod load;
mod reference;
mod timer;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use beside::Beside;
use clap::Parser;
use load::{Figures, closed_loop};

/// Measures the built program.
#[derive(Parser)]
struct Args {
    /// The program, built for release.
    #[arg(long, default_value = "target/release/sansheng")]
    bin: PathBuf,
    /// Cases of each estate, separated by commas.
    #[arg(long, default_value = "10000,1000000", value_delimiter = ',')]
    sizes: Vec<u64>,
    /// Where the estates are kept.
    #[arg(long, default_value = ".sansheng/bench")]
    dir: PathBuf,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Connections at the same time.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Only this of an estate, for a profile: `register`.
    #[arg(long, value_name = "PART", value_parser = ["register"])]
    only: Option<String>,
    /// Only the timer, with so many clocks: `--timer 1000000`.
    #[arg(long, value_name = "CLOCKS")]
    timer: Option<i64>,
    /// Only telephone calls, so many a second: `--calls 200 --seconds 60`.
    #[arg(long, value_name = "PER_SECOND")]
    calls: Option<u32>,
}

/// Cases that are lived through, step by step; beyond that they are copies.
const LIVED: u64 = 50_000;

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

struct Running {
    child: Child,
    base: String,
    started: Duration,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("bench: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Fallible<()> {
    if let Some(clocks) = args.timer {
        return timer::run(args, clocks);
    }
    if let Some(per_second) = args.calls {
        return calls::run(args, per_second);
    }
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!(
        "cores {cores}, {} connections, {} s each, sqlite {}",
        args.connections,
        args.seconds,
        rusqlite::version()
    );
    println!(
        "{:<48} {:>10} {:>10} {:>10} {:>10} {:>10}",
        "what", "cases", "per s", "p50 ms", "p99 ms", "bytes"
    );
    for size in &args.sizes {
        let dir = args.dir.join(size.to_string());
        estate(args, &dir, *size)?;
        measure(args, &dir, *size)?;
    }
    Ok(())
}

/// Makes the estate if it is not there.
fn estate(args: &Args, dir: &Path, size: u64) -> Fallible<()> {
    if dir.join("demo").exists() {
        return Ok(());
    }
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    let begun = Instant::now();
    // A case for every fifty a home has in its life; the large estate has the 20,000 units of the promise on search.
    let homes = (size / 50).clamp(1800, 20_000).to_string();
    let lived = size.min(LIVED).to_string();
    let done = Command::new(&args.bin)
        .args(["demo", "--cases", &lived, "--households", &homes, "--data"])
        .arg(dir)
        .env("SANSHENG_LOG", "error")
        .stdout(Stdio::null())
        .status()?;
    if !done.success() {
        return Err("the estate could not be made".into());
    }
    if size > LIVED {
        let done = Command::new(&args.bin)
            .args(["demo", "--copy-to", &size.to_string(), "--data"])
            .arg(dir)
            .env("SANSHENG_LOG", "error")
            .stdout(Stdio::null())
            .status()?;
        if !done.success() {
            // Half an estate is not taken for a whole one.
            fs::remove_dir_all(dir)?;
            return Err("the estate could not be copied to its size".into());
        }
    }
    println!(
        "made an estate of {size} cases in {:.0} s",
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}

fn start(args: &Args, dir: &Path) -> Fallible<Running> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let base = format!("http://127.0.0.1:{port}");
    let begun = Instant::now();
    let child = Command::new(&args.bin)
        .arg("serve")
        .arg("--data")
        .arg(dir)
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .env("SANSHENG_LOG", "error")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut running = Running {
        child,
        base,
        started: Duration::ZERO,
    };
    loop {
        if ureq::get(format!("{}/healthz", running.base)).call().is_ok() {
            running.started = begun.elapsed();
            return Ok(running);
        }
        if begun.elapsed() > Duration::from_secs(60) {
            return Err("the program did not start".into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn line(what: &str, size: u64, f: &Figures) {
    println!(
        "{what:<48} {size:>10} {:>10.0} {:>10.2} {:>10.2} {:>10}",
        f.per_second, f.p50_ms, f.p99_ms, f.bytes
    );
}

/// `(RssAnon, VmRSS)` of a process in kB.
fn memory(pid: u32) -> (u64, u64) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let of = |key: &str| {
        status
            .lines()
            .find_map(|l| l.strip_prefix(key))
            .and_then(|l| l.split_whitespace().next())
            .and_then(|n| n.parse().ok())
            .unwrap_or(0)
    };
    (of("RssAnon:"), of("VmRSS:"))
}

fn measure(args: &Args, dir: &Path, size: u64) -> Fallible<()> {
    let r = start(args, dir)?;
    println!("start-up with {size} cases: {:.0} ms", r.started.as_secs_f64() * 1000.0);
    let cookie = load::sign_in(&r.base, load::CLERK)?;
    let db = dir.join("sansheng.db");
    let picks = reference::picks(&db)?;
    let secs = Duration::from_secs(args.seconds);
    if args.only.is_some() {
        return writing(args, &r, &cookie, size, secs);
    }
    let pages: [(&str, Vec<String>); 5] = [
        ("list page, newest first", vec![format!("{}/cases?view=all", r.base)]),
        ("list page, open by due time", vec![format!("{}/cases", r.base)]),
        (
            "case page",
            picks.cases.iter().map(|n| format!("{}/cases/{n}", r.base)).collect(),
        ),
        (
            "search",
            picks.words.iter().map(|w| format!("{}/find?q={w}", r.base)).collect(),
        ),
        (
            "household page",
            picks
                .units
                .iter()
                .map(|u| format!("{}/households/{u}", r.base))
                .collect(),
        ),
    ];
    let mut full = Vec::new();
    for (what, urls) in &pages {
        let one = closed_loop(1, secs, urls, &cookie)?;
        line(&format!("{what} (1)"), size, &one);
        let many = closed_loop(args.connections, secs, urls, &cookie)?;
        line(&format!("{what} ({})", args.connections), size, &many);
        let stat = reference::static_page(many.bytes, args.connections, secs)?;
        line("  a static page of the same bytes", size, &stat);
        full.push((*what, urls, many.per_second));
    }
    // Half of what it can do, as the promise on the slowest hundredth says: alone, then beside the two long works.
    for beside in [Beside::Nothing, Beside::Backup, Beside::Import] {
        let work = beside.begin(args, dir, size)?;
        for (what, urls, capacity) in &full {
            let half = load::open_loop(args.connections, secs, capacity / 2.0, urls, &cookie)?;
            line(&format!("{what}, half{}", beside.words()), size, &half);
        }
        if let Some(said) = work.map(beside::Work::end).transpose()? {
            println!("{said}");
        }
    }
    for (what, f) in reference::queries(&db, &picks, secs)? {
        line(&format!("  bare query: {what}"), size, &f);
    }
    let (anon, all) = memory(r.child.id());
    println!(
        "memory after reading: RssAnon {} MB, in all {} MB",
        anon / 1024,
        all / 1024
    );
    writing(args, &r, &cookie, size, secs)
}

/// What is written, durable when it is answered.
fn writing(args: &Args, r: &Running, cookie: &str, size: u64, secs: Duration) -> Fallible<()> {
    let write = load::register(args.connections, secs, &r.base, cookie)?;
    line(&format!("register and dispatch ({})", args.connections), size, &write);
    line(
        "  bare: 3 rows, durable, one by one",
        size,
        &reference::durable(&args.dir, secs)?,
    );
    let (anon, all) = memory(r.child.id());
    println!(
        "memory after writing: RssAnon {} MB, in all {} MB",
        anon / 1024,
        all / 1024
    );
    Ok(())
}
