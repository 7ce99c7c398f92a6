//! What the figures stand beside: the same query through the engine's C library, a static page of the same bytes, and
//! durable transactions one by one.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, params};

use crate::Fallible;
use crate::load::{Figures, figures, spread};

/// What the measurements ask for, picked from the estate itself.
pub struct Picks {
    pub site: String,
    pub cases: Vec<String>,
    pub units: Vec<String>,
    pub words: Vec<String>,
}

fn open(db: &Path) -> Fallible<Connection> {
    Ok(Connection::open_with_flags(db, OpenFlags::SQLITE_OPEN_READ_ONLY)?)
}

/// Cases and units spread over the whole estate, and what a clerk types.
pub fn picks(db: &Path) -> Fallible<Picks> {
    let c = open(db)?;
    let site: String = c.query_row("SELECT id FROM site LIMIT 1", [], |r| r.get(0))?;
    let n: i64 = c.query_row("SELECT max(rowid) FROM cases", [], |r| r.get(0))?;
    let mut cases = Vec::new();
    for i in 0..200 {
        let row = c.query_row(
            "SELECT number FROM cases WHERE rowid >= ?1 LIMIT 1",
            [1 + i * n / 200],
            |r| r.get(0),
        )?;
        cases.push(row);
    }
    let mut s = c.prepare("SELECT id FROM unit ORDER BY id LIMIT 200")?;
    let units = s.query_map([], |r| r.get(0))?.collect::<Result<Vec<String>, _>>()?;
    let words = [
        "3-1-1201",
        "6688",
        "zxm",
        "漏水",
        "zhouxiaomin",
        "楼道灯",
        "12-2",
        "马桶堵了",
    ];
    let words = words
        .iter()
        .map(|w| {
            w.bytes()
                .map(|b| {
                    if b.is_ascii_alphanumeric() || b == b'-' {
                        char::from(b).to_string()
                    } else {
                        format!("%{b:02X}")
                    }
                })
                .collect()
        })
        .collect();
    Ok(Picks {
        site,
        cases,
        units,
        words,
    })
}

fn repeat(span: Duration, mut one: impl FnMut(usize) -> Fallible<usize>) -> Fallible<Figures> {
    let begun = Instant::now();
    let (mut times, mut n, mut bytes) = (Vec::new(), 0, 0);
    while begun.elapsed() < span {
        let at = Instant::now();
        bytes = one(n)?;
        times.push(u64::try_from(at.elapsed().as_nanos()).unwrap_or(u64::MAX));
        n += 1;
    }
    Ok(figures(times, begun.elapsed(), bytes))
}

/// The engine's own queries behind the pages, on one connection.
pub fn queries(db: &Path, picks: &Picks, span: Duration) -> Fallible<Vec<(&'static str, Figures)>> {
    let c = open(db)?;
    c.execute_batch("PRAGMA mmap_size=67108864; PRAGMA cache_size=-8192")?;
    const COLS: &str = "id, number, kind, item, title, urgency, state, open, place, name, department_id, worker_id, \
        first_asked_id, registered_at, due_at, due_code, paused, breached, fee_kind, fee_cents, reopened, done_at, closed_at, \
        satisfaction, version";
    let mut newest = c.prepare(&format!(
        "SELECT {COLS} FROM cases WHERE site_id = ?1 ORDER BY registered_at DESC, id DESC LIMIT 31"
    ))?;
    let mut open_ = c.prepare(&format!(
        "SELECT {COLS} FROM cases WHERE site_id = ?1 AND open ORDER BY due_at, id LIMIT 31"
    ))?;
    let mut case = c.prepare("SELECT doc, version FROM cases WHERE site_id = ?1 AND number = ?2")?;
    let rows = |s: &mut rusqlite::Statement<'_>| -> Fallible<usize> {
        let mut rows = s.query(params![picks.site])?;
        let mut n = 0;
        while let Some(r) = rows.next()? {
            n += r.get_ref(4)?.as_str().map_or(0, str::len);
        }
        Ok(n)
    };
    Ok(vec![
        ("list, newest first", repeat(span, |_| rows(&mut newest))?),
        ("list, open by due time", repeat(span, |_| rows(&mut open_))?),
        (
            "case document",
            repeat(span, |n| {
                let number = picks.cases.get(n % picks.cases.len()).ok_or("no case")?;
                Ok(case
                    .query_row(params![picks.site, number], |r| r.get::<_, String>(0))?
                    .len())
            })?,
        ),
    ])
}

/// A server that answers every request with the same bytes, as little as a server can do.
pub fn static_page(bytes: usize, connections: usize, span: Duration) -> Fallible<Figures> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}/", listener.local_addr()?);
    let body = vec![b'x'; bytes];
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let body = body.clone();
            std::thread::spawn(move || -> std::io::Result<()> {
                stream.set_nodelay(true)?;
                let mut write = stream.try_clone()?;
                let mut read = BufReader::new(stream);
                let mut line = String::new();
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                loop {
                    line.clear();
                    if read.read_line(&mut line)? == 0 {
                        return Ok(());
                    }
                    if line == "\r\n" {
                        write.write_all(head.as_bytes())?;
                        write.write_all(&body)?;
                    }
                }
            });
        }
    });
    spread(connections, span, |agent, _, _| {
        let begun = Instant::now();
        let bytes = agent.get(&base).call()?.body_mut().read_to_vec()?.len();
        Ok((begun.elapsed().as_nanos(), bytes))
    })
}

/// Three rows a transaction, synchronous=FULL, one transaction after the other.
pub fn durable(dir: &Path, span: Duration) -> Fallible<Figures> {
    let path = dir.join("reference.db");
    let _old = fs::remove_file(&path);
    let c = Connection::open(&path)?;
    c.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
         CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INTEGER NOT NULL)",
    )?;
    let figures = repeat(span, |n| {
        c.execute_batch("BEGIN IMMEDIATE")?;
        for _ in 0..3 {
            c.prepare_cached("INSERT INTO t (a, b) VALUES (?1, ?2)")?
                .execute(params!["十二楼楼道灯不亮", i64::try_from(n)?])?;
        }
        c.execute_batch("COMMIT")?;
        Ok(0)
    });
    drop(c);
    for end in ["", "-wal", "-shm"] {
        let _gone = fs::remove_file(dir.join(format!("reference.db{end}")));
    }
    figures
}
