//! The timer with very many clocks of which a thousand come due within one minute: how late each notice is, and how fast
//! what was missed is caught up. The rows are made here, straight in the file; the program only works through them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, params};
use serde_json::{Value, json};

use crate::{Args, Fallible, reference, start};

/// Clocks that come due within the minute.
const DUE: i64 = 1_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Room for the start of the program before the first is due (ms).
const AHEAD: i64 = 20_000;

#[expect(
    clippy::disallowed_methods,
    reason = "the program under test goes by the host's clock"
)]
fn now() -> Fallible<i64> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(i64::try_from(since.as_millis())?)
}

/// A fresh estate with so many clocks; each of the first thousand reaches a step of its ladder at `due(n)`.
fn estate(args: &Args, dir: &Path, clocks: i64, due: impl Fn(i64) -> i64) -> Fallible<()> {
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    let done = Command::new(&args.bin)
        .args(["demo", "--days", "10", "--households", "1800", "--data"])
        .arg(dir)
        .env("SANSHENG_LOG", "error")
        .stdout(Stdio::null())
        .status()?;
    if !done.success() {
        return Err("the estate could not be made".into());
    }
    let mut c = Connection::open(dir.join("sansheng.db"))?;
    // One that somebody has in hand or has done: nothing but the clock that is put in has anything to do.
    let (template, doc): (String, String) = c.query_row(
        "SELECT id, doc FROM cases WHERE open AND state IN ('accepted', 'on_site', 'done', 'confirmed') AND worker_id IS NOT NULL LIMIT 1",
        [],
        |r| Ok((r.get(0)?, r.get(1)?)),
    )?;
    c.execute("UPDATE cases SET next_step_at = NULL", [])?;
    let mut doc: Value = serde_json::from_str(&doc)?;
    let columns: Vec<String> = c
        .prepare("SELECT name FROM pragma_table_info('cases')")?
        .query_map([], |r| r.get(0))?
        .collect::<Result<_, _>>()?;
    let fresh = ["id", "number", "doc", "next_step_at", "shard"];
    let kept: Vec<&String> = columns.iter().filter(|c| !fresh.contains(&c.as_str())).collect();
    let kept = kept.iter().map(|c| c.as_str()).collect::<Vec<_>>().join(", ");
    let insert = format!(
        "INSERT INTO cases (id, number, doc, next_step_at, shard, {kept}) SELECT ?1, ?2, ?3, ?4, ?5, {kept} FROM cases WHERE id = ?6"
    );
    let tx = c.transaction()?;
    {
        let mut insert = tx.prepare(&insert)?;
        for n in 0..clocks {
            let id = format!("0{n:031x}");
            let (at, text) = if n < DUE {
                let at = due(n);
                doc["id"] = json!(id);
                doc["number"] = json!(format!("BX-CLOCK-{n}"));
                doc["climbed"] = json!([]);
                doc["clocks"] = json!([{
                    "code": "feedback", "clause": "STD-3", "limit": { "unit": "hour", "n": 4 },
                    "started_at": at - 4 * HOUR * 8 / 10, "target": { "as": "running", "ms": 4 * HOUR }, "bounds": [],
                    "pausable": [], "max_pause_ms": null, "paused": [], "cycle": 0, "met_at": null, "breached_at": null,
                    "breach_reason": null, "excused_at": null, "cancelled_at": null,
                    "ladder": ["80% warning in_charge,first_asked DIR-9*"],
                }]);
                (at, doc.to_string())
            } else {
                // Never read: it is due in a year.
                (due(0) + 365 * 24 * HOUR + n, "{}".to_owned())
            };
            insert.execute(params![id, format!("BX-CLOCK-{n}"), text, at, n % 16, template])?;
        }
    }
    tx.commit()?;
    c.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

/// `(notices so far, their delays in ms in order)`.
fn told(db: &Path) -> Fallible<Vec<i64>> {
    let c = Connection::open_with_flags(db, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut s = c.prepare(
        "SELECT created_at - due_at FROM notice WHERE kind = 'rung' AND unique_key LIKE '%/feedback/0/80\\%' ESCAPE '\\' \
         ORDER BY 1",
    )?;
    let all = s.query_map([], |r| r.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    Ok(all)
}

fn wait(db: &Path, longest: Duration) -> Fallible<(Vec<i64>, Duration)> {
    let begun = Instant::now();
    loop {
        let all = told(db)?;
        if i64::try_from(all.len())? >= DUE {
            return Ok((all, begun.elapsed()));
        }
        if begun.elapsed() > longest {
            return Err(format!("only {} of {DUE} notices came", all.len()).into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn at(sorted: &[i64], share: usize) -> i64 {
    sorted
        .get(sorted.len() * share / 100)
        .or(sorted.last())
        .copied()
        .unwrap_or(0)
}

/// Measures with so many clocks and prints the table.
pub fn run(args: &Args, clocks: i64) -> Fallible<()> {
    let dir = args.dir.join(format!("timer-{clocks}"));
    let db = dir.join("sansheng.db");
    println!(
        "{:<58} {:>10} {:>12} {:>12} {:>12}",
        "what", "clocks", "notices/s", "p50 ms", "p99 ms"
    );
    // A thousand within one minute, while the program runs: how late is each?
    // Making the rows takes up to a tenth of a second for a thousand of them.
    let first = now()? + 2 * AHEAD + clocks / 8;
    estate(args, &dir, clocks, |n| first + n * MINUTE / DUE)?;
    let running = start(args, &dir)?;
    let (late, _) = wait(&db, Duration::from_secs(300))?;
    println!(
        "{:<58} {clocks:>10} {:>12} {:>12} {:>12}",
        "1,000 come due within a minute: each is late by",
        "",
        at(&late, 50),
        at(&late, 99)
    );
    drop(running);
    // A thousand that were missed: how long until all are told?
    let past = now()? - 2 * MINUTE;
    estate(args, &dir, clocks, |n| past + n * MINUTE / DUE)?;
    let running = start(args, &dir)?;
    let (all, took) = wait(&db, Duration::from_secs(300))?;
    let per_second = all.len() as f64 / took.as_secs_f64();
    println!(
        "{:<58} {clocks:>10} {per_second:>12.0} {:>12.2} {:>12}",
        "1,000 missed are caught up after the start",
        took.as_secs_f64() * 1000.0 / all.len() as f64,
        ""
    );
    drop(running);
    let bare = reference::durable(&args.dir, Duration::from_secs(args.seconds))?;
    println!(
        "{:<58} {:>10} {:>12.0} {:>12.2} {:>12.2}",
        "  bare: 3 rows, durable, one by one", "", bare.per_second, bare.p50_ms, bare.p99_ms
    );
    fs::remove_dir_all(&dir)?;
    Ok(())
}
