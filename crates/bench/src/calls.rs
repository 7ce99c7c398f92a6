//! Telephone calls, many a second: each is told in four reports (it arrives, rings, is answered, ends) over kept connections, by the
//! clock and not by the answers. A clerk's page listens to the live stream and asks for the desk's calls as the browser does. Afterwards
//! the file is looked at: whether each call and each report is there, and how long after its report of ringing each call was told of.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::load::{self, CLERK, Figures, figures};
use crate::{Args, Fallible, Running, reference, start};

/// What is told of a call, in milliseconds after it arrives.
const REPORTS: [(&str, u64); 4] = [("newCall", 0), ("ringing", 50), ("answer", 400), ("hangup", 700)];
/// The telephone at which the clerk sits.
const OWN: &str = "1001";
/// One call in so many rings there: its card stands first on the clerk's screen.
const OWN_IN: usize = 40;
/// Other telephones.
const OTHERS: usize = 60;
/// How long what was told last may take to come to the screen.
const AFTER: Duration = Duration::from_secs(3);

fn post(base: &str, cookie: &str, path: &str, form: &[(&str, &str)]) -> Fallible<String> {
    let mut answer = load::agent()
        .post(format!("{base}{path}"))
        .header("cookie", cookie)
        .header("origin", base)
        .send_form(form.iter().copied())?;
    let text = answer.body_mut().read_to_string()?;
    if answer.status().as_u16() >= 400 {
        return Err(format!("{path} answered {}: {text}", answer.status()).into());
    }
    Ok(text)
}

/// A telephone system that posts, and the telephone at which the clerk sits. Returns the secret and the clerk's session.
fn set_up(r: &Running, db: &Path) -> Fallible<(String, String)> {
    let admin = load::sign_in(&r.base, "admin")?;
    let system = [("name", "bench"), ("kind", "webhook"), ("holds", "1"), ("active", "1")];
    let made = post(&r.base, &admin, "/settings/phone", &system)?;
    let secret = made.split("Bearer ").nth(1).and_then(|x| x.split(['<', ' ']).next());
    let secret = secret.ok_or("the product gave no secret")?.trim().to_owned();
    let c = Connection::open_with_flags(db, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let owner: String = c.query_row("SELECT id FROM staff WHERE login = ?1", [CLERK], |r| r.get(0))?;
    let keeper = load::sign_in(&r.base, "xingzheng")?;
    let telephone = [
        ("number", OWN),
        ("owner", owner.as_str()),
        ("purpose", "staff"),
        ("class", "local"),
        ("active", "1"),
    ];
    post(&r.base, &keeper, "/hotline/telephones", &telephone)?;
    let clerk = load::sign_in(&r.base, CLERK)?;
    post(&r.base, &clerk, "/desk/telephone", &[("extension", OWN)])?;
    Ok((secret, clerk))
}

fn key(call: usize) -> String {
    format!("bench-{}-{call}", std::process::id())
}

/// A number of its own for each call. What stays of it when it is masked is its own among the calls at one telephone.
fn number(call: usize) -> String {
    format!("139{:04}{:04}", call % OWN_IN, call / OWN_IN % 10_000)
}

fn telephone(call: usize) -> String {
    if call.is_multiple_of(OWN_IN) {
        OWN.to_owned()
    } else {
        (2000 + call % OTHERS).to_string()
    }
}

/// What the posting connections found.
#[derive(Default)]
struct Posted {
    /// From when each report should have been sent to its answer, in nanoseconds.
    times: Vec<u64>,
    /// When each report of ringing should have been sent.
    rang: HashMap<usize, Instant>,
    refused: usize,
    first_refusal: String,
}

/// One connection sends the reports of its calls, each at its time.
fn connection(base: &str, secret: &str, plan: &[(Instant, usize, &'static str)]) -> Fallible<Posted> {
    let agent = load::agent();
    let mut posted = Posted::default();
    for (due, call, event) in plan {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if *event == "ringing" {
            posted.rang.insert(*call, *due);
        }
        let (id, from, at) = (key(*call), number(*call), telephone(*call));
        let mut form = vec![
            ("event", *event),
            ("callId", id.as_str()),
            ("direction", "in"),
            ("from", from.as_str()),
            ("to", "95001"),
        ];
        match *event {
            "answer" => form.push(("answeringNumber", at.as_str())),
            "ringing" => form.push(("extension", at.as_str())),
            "hangup" => form.extend([("cause", "normalClearing"), ("by", from.as_str())]),
            _ => {}
        }
        let mut answer = agent
            .post(format!("{base}/cti"))
            .header("authorization", format!("Bearer {secret}"))
            .send_form(form)?;
        let text = answer.body_mut().read_to_string()?;
        if answer.status() != 200 {
            posted.refused += 1;
            posted.first_refusal = format!("{} {text}", answer.status());
        }
        posted.times.push(u64::try_from(due.elapsed().as_nanos())?);
    }
    Ok(posted)
}

/// What the clerk's page has seen.
#[derive(Default)]
struct Screen {
    /// Sequence numbers as the stream told them, and when.
    told: Mutex<Vec<(i64, Instant)>>,
    news: Condvar,
    /// When the card of a number was first seen to ring, by the number as it is shown.
    cards: Mutex<HashMap<String, Instant>>,
    /// How long the desk's calls took, in nanoseconds, and the bytes of the largest answer.
    asked: Mutex<(Vec<u64>, usize)>,
    over: AtomicBool,
}

fn held<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Screen {
    /// Listens until the program ends the stream.
    fn listen(&self, base: &str, cookie: &str) -> Fallible<()> {
        let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(None).build().into();
        let answer = agent.get(format!("{base}/live")).header("cookie", cookie).call()?;
        for line in BufReader::new(answer.into_body().into_reader()).lines() {
            let Ok(line) = line else { break };
            if let Some(seq) = line.strip_prefix("id: ").and_then(|n| n.parse().ok()) {
                held(&self.told).push((seq, Instant::now()));
                self.news.notify_all();
            }
        }
        Ok(())
    }

    /// Asks for the calls whenever something was told, one question at a time.
    fn look(&self, base: &str, cookie: &str) -> Fallible<()> {
        let agent = load::agent();
        let mut seen = 0;
        loop {
            let mut told = held(&self.told);
            while told.len() == seen {
                if self.over.load(Ordering::Relaxed) {
                    return Ok(());
                }
                let wait = Duration::from_millis(100);
                told = self
                    .news
                    .wait_timeout(told, wait)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            }
            seen = told.len();
            drop(told);
            let begun = Instant::now();
            let mut answer = agent
                .get(format!("{base}/desk/calls"))
                .header("cookie", cookie)
                .call()?;
            let page = answer.body_mut().read_to_string()?;
            let at = Instant::now();
            let mut asked = held(&self.asked);
            asked.0.push(u64::try_from((at - begun).as_nanos())?);
            asked.1 = asked.1.max(page.len());
            drop(asked);
            let mut cards = held(&self.cards);
            for card in page
                .split("<section ")
                .skip(1)
                .filter(|card| card.contains("data-ring-mine"))
            {
                let shown = card.split("data-content>").nth(1).and_then(|x| x.split('<').next());
                if let Some(shown) = shown.filter(|_| card.contains("响铃")) {
                    cards.entry(shown.to_owned()).or_insert(at);
                }
            }
        }
    }
}

/// What the file holds of the calls: how many, how many reports, and of each call the number under which the journal tells of its ringing.
fn stored(db: &Path) -> Fallible<(usize, usize, HashMap<String, i64>)> {
    let c = Connection::open_with_flags(db, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let like = format!("bench-{}-%", std::process::id());
    let count = |sql: &str| -> Fallible<usize> {
        let n: i64 = c.query_row(sql, [&like], |r| r.get(0))?;
        Ok(usize::try_from(n)?)
    };
    let calls = count(
        "SELECT count(*) FROM phone_call WHERE call_key LIKE ?1 AND state = 'over' AND answered_at IS NOT NULL AND ring = 'met'",
    )?;
    let reports =
        count("SELECT count(*) FROM call_event e JOIN phone_call k ON k.id = e.call_id WHERE k.call_key LIKE ?1")?;
    let mut s = c.prepare(
        "SELECT k.call_key, min(j.seq) FROM journal j JOIN phone_call k ON k.id = j.subject_id \
         WHERE j.kind = 'call_ringing' AND k.call_key LIKE ?1 GROUP BY k.call_key",
    )?;
    let rang = s.query_map([&like], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok((calls, reports, rang.collect::<Result<_, _>>()?))
}

fn print(what: &str, n: usize, f: &Figures) {
    println!(
        "{what:<58} {n:>10} {:>10.0} {:>10.2} {:>10.2} {:>10}",
        f.per_second, f.p50_ms, f.p99_ms, f.bytes
    );
}

/// Processor time that a process has used so far, in seconds.
fn busy(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<f64> = (stat.rsplit(')').next().unwrap_or_default().split_whitespace())
        .map(|f| f.parse().unwrap_or(0.0))
        .collect();
    (fields.get(11).unwrap_or(&0.0) + fields.get(12).unwrap_or(&0.0)) / 100.0
}

/// Measures so many calls a second and prints the table.
pub fn run(args: &Args, per_second: u32) -> Fallible<()> {
    let dir = args.dir.join("calls");
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    let done = Command::new(&args.bin)
        .args(["demo", "--days", "2", "--households", "1800", "--data"])
        .arg(&dir)
        .env("SANSHENG_LOG", "error")
        .stdout(Stdio::null())
        .status()?;
    if !done.success() {
        return Err("the estate could not be made".into());
    }
    let db = dir.join("sansheng.db");
    let r = start(args, &dir)?;
    let (secret, clerk) = set_up(&r, &db)?;
    let span = Duration::from_secs(args.seconds);
    let calls = usize::try_from(u64::from(per_second) * args.seconds)?;
    let (screen, before) = (Screen::default(), busy(r.child.id()));
    let mut posted = Posted::default();
    let used = std::thread::scope(|s| -> Fallible<f64> {
        let listening = s.spawn(|| screen.listen(&r.base, &clerk));
        let looking = s.spawn(|| screen.look(&r.base, &clerk));
        // Both stand before the first call.
        std::thread::sleep(Duration::from_millis(500));
        let begun = Instant::now() + Duration::from_millis(200);
        let gap = span / u32::try_from(calls.max(1))?;
        let connections: Vec<_> = (0..args.connections)
            .map(|c| {
                let mut plan = Vec::new();
                for call in (c..calls).step_by(args.connections) {
                    let at = begun + gap * u32::try_from(call).unwrap_or(u32::MAX);
                    plan.extend(REPORTS.map(|(event, ms)| (at + Duration::from_millis(ms), call, event)));
                }
                plan.sort_by_key(|x| x.0);
                let (base, secret) = (&r.base, &secret);
                s.spawn(move || connection(base, secret, &plan))
            })
            .collect();
        let ended: Vec<Fallible<Posted>> = connections
            .into_iter()
            .map(|t| t.join().unwrap_or_else(|_| Err("a connection died".into())))
            .collect();
        std::thread::sleep(AFTER);
        let used = busy(r.child.id()) - before;
        // Whatever came of it, the page and its stream end.
        screen.over.store(true, Ordering::Relaxed);
        let looked = looking.join().unwrap_or_else(|_| Err("the clerk's page died".into()));
        let _asked = Command::new("kill")
            .args(["-TERM", &r.child.id().to_string()])
            .status()?;
        let listened = listening.join().unwrap_or_else(|_| Err("the live stream died".into()));
        for one in ended {
            let one = one?;
            posted.times.extend(one.times);
            posted.rang.extend(one.rang);
            posted.refused += one.refused;
            if !one.first_refusal.is_empty() {
                posted.first_refusal = one.first_refusal;
            }
        }
        looked.and(listened).map(|()| used)
    })?;
    report(args, &db, posted, &screen, (calls, span, used))?;
    drop(r);
    fs::remove_dir_all(&dir)?;
    Ok(())
}

fn report(
    args: &Args,
    db: &Path,
    posted: Posted,
    screen: &Screen,
    (calls, span, used): (usize, Duration, f64),
) -> Fallible<()> {
    let (kept, reports, seqs) = stored(db)?;
    let told = held(&screen.told);
    let cards = held(&screen.cards);
    let since =
        |at: &Instant, due: &Instant| u64::try_from(at.saturating_duration_since(*due).as_nanos()).unwrap_or(u64::MAX);
    // The first message of the stream that tells of the ringing or of something after it.
    let live: Vec<u64> = (posted.rang.iter())
        .filter_map(|(call, due)| {
            let seq = seqs.get(&key(*call))?;
            let (_, at) = told.iter().find(|(told, _)| told >= seq)?;
            Some(since(at, due))
        })
        .collect();
    let shown: Vec<u64> = (posted.rang.iter().filter(|(call, _)| call.is_multiple_of(OWN_IN)))
        .filter_map(|(call, due)| {
            let digits = number(*call);
            let shown = format!("{} **** {}", digits.get(..3)?, digits.get(7..)?);
            Some(since(cards.get(&shown)?, due))
        })
        .collect();
    let own = calls.div_ceil(OWN_IN);
    println!(
        "{:<58} {:>10} {:>10} {:>10} {:>10} {:>10}",
        "what", "n", "per s", "p50 ms", "p99 ms", "bytes"
    );
    let sent = posted.times.len();
    print(
        &format!("a report, from when it was due to its answer ({})", args.connections),
        sent,
        &figures(posted.times, span, 2),
    );
    let (seen_live, seen_cards) = (live.len(), shown.len());
    print(
        "ringing, from its report to the live stream",
        seen_live,
        &figures(live, span, 0),
    );
    print(
        "ringing, from its report to the card on the clerk's screen",
        seen_cards,
        &figures(shown, span, 0),
    );
    let (asked, bytes) = std::mem::take(&mut *held(&screen.asked));
    let questions = asked.len();
    print(
        "the desk's calls, asked for by the page",
        questions,
        &figures(asked, span, bytes),
    );
    let bare = Duration::from_secs(args.seconds.min(5));
    let http = reference::static_page(2, args.connections, bare)?;
    print("  a static page of the same bytes as a report's answer", 0, &http);
    print(
        "  bare: 3 rows, durable, one by one",
        0,
        &reference::durable(&args.dir, bare)?,
    );
    println!(
        "stored: {kept} of {calls} calls, {reports} of {} reports; {} answered otherwise than 200 {}",
        calls * REPORTS.len(),
        posted.refused,
        posted.first_refusal
    );
    println!("told: {seen_live} of {calls} by the live stream, {seen_cards} of {own} as cards");
    println!(
        "the program used {:.0} % of one core while {:.0} s of calls were told",
        used * 100.0 / span.as_secs_f64(),
        span.as_secs_f64()
    );
    Ok(())
}
