//! Requests from several threads, each with a connection of its own, one after the other.

use std::time::{Duration, Instant};

use crate::Fallible;

/// What a measurement gave.
pub struct Figures {
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Bytes of a typical answer.
    pub bytes: usize,
}

/// Figures of the times (in nanoseconds) that were needed within `span`.
pub fn figures(mut times: Vec<u64>, span: Duration, bytes: usize) -> Figures {
    times.sort_unstable();
    let at = |q: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank"
        )]
        let i = ((times.len() as f64 * q) as usize).min(times.len().saturating_sub(1));
        #[expect(clippy::cast_precision_loss, reason = "milliseconds for people")]
        times.get(i).map_or(0.0, |ns| *ns as f64 / 1e6)
    };
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let n = times.len() as f64;
    Figures {
        per_second: n / span.as_secs_f64(),
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        bytes,
    }
}

/// An agent that keeps its connection and does not follow redirects.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into()
}

/// The clerk at the demo's desk.
pub const CLERK: &str = "chenxiaowen";

/// Signs in to the demo; the cookie header of the session.
pub fn sign_in(base: &str, login: &str) -> Fallible<String> {
    let answer = agent().post(format!("{base}/sign-in")).send_form([
        ("login", login),
        ("password", "sansheng-demo"),
        ("next", "/"),
    ])?;
    let cookies: Vec<&str> = answer
        .headers()
        .get_all("set-cookie")
        .iter()
        .filter_map(|v| v.to_str().ok())
        .filter_map(|v| v.split(';').next())
        .collect();
    if cookies.is_empty() {
        return Err(format!("sign-in answered {}", answer.status()).into());
    }
    Ok(cookies.join("; "))
}

/// How long one request took, in nanoseconds, and the bytes of its answer.
pub type Sample = (u128, usize);

/// Runs `one` on each of `connections` threads until the time is over; the times and the bytes of the largest answer.
pub fn spread(
    connections: usize,
    span: Duration,
    one: impl Fn(&ureq::Agent, usize, usize) -> Fallible<Sample> + Sync,
) -> Fallible<Figures> {
    let end = Instant::now() + span;
    let mut times = Vec::new();
    let mut bytes = 0;
    let results: Vec<Fallible<(Vec<u64>, usize)>> = std::thread::scope(|s| {
        let threads: Vec<_> = (0..connections)
            .map(|c| {
                let one = &one;
                s.spawn(move || {
                    let agent = agent();
                    let mut times = Vec::new();
                    let (mut n, mut bytes) = (0, 0);
                    while Instant::now() < end {
                        let (ns, b) = one(&agent, c, n)?;
                        times.push(u64::try_from(ns).unwrap_or(u64::MAX));
                        bytes = bytes.max(b);
                        n += 1;
                    }
                    Ok((times, bytes))
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|t| t.join().unwrap_or_else(|_| Err("a thread of the load died".into())))
            .collect()
    });
    for r in results {
        let (t, b) = r?;
        times.extend(t);
        bytes = bytes.max(b);
    }
    Ok(figures(times, span, bytes))
}

fn get(agent: &ureq::Agent, urls: &[String], turn: usize, cookie: &str) -> Fallible<usize> {
    let url = urls.get(turn % urls.len().max(1)).ok_or("no address to ask")?;
    let mut answer = agent.get(url).header("cookie", cookie).call()?;
    if answer.status() != 200 {
        return Err(format!("{url} answered {}", answer.status()).into());
    }
    Ok(answer.body_mut().read_to_vec()?.len())
}

/// Asks the addresses in turn, each connection as fast as it is answered.
pub fn closed_loop(connections: usize, span: Duration, urls: &[String], cookie: &str) -> Fallible<Figures> {
    spread(connections, span, |agent, c, n| {
        let begun = Instant::now();
        let bytes = get(agent, urls, c * 7919 + n, cookie)?;
        Ok((begun.elapsed().as_nanos(), bytes))
    })
}

/// Asks at a fixed rate, however long the answers take: the time counts from when each request should have been sent, so
/// an answer that holds the others up is seen in theirs.
pub fn open_loop(
    connections: usize,
    span: Duration,
    per_second: f64,
    urls: &[String],
    cookie: &str,
) -> Fallible<Figures> {
    let gap = Duration::from_secs_f64(1.0 / per_second.max(1.0));
    let begun = Instant::now();
    spread(connections, span, |agent, c, n| {
        let due = begun + gap * u32::try_from(n * connections + c)?;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let bytes = get(agent, urls, n * connections + c, cookie)?;
        Ok((due.elapsed().as_nanos(), bytes))
    })
}

/// Registers a request and dispatches it, durable when answered.
pub fn register(connections: usize, span: Duration, base: &str, cookie: &str) -> Fallible<Figures> {
    let token = token(base, cookie)?;
    let department = department(base, &token)?;
    spread(connections, span, |agent, c, n| {
        let body = serde_json::json!({
            "channel": "phone", "name": "周晓敏", "phone": "13857126688", "address": "3-1-1201",
            "cases": [{"kind": "request", "item": "repair.power.light_corridor", "place": "楼道",
                       "content": format!("十二楼楼道灯不亮 {c}-{n}"), "department": department}],
        });
        let begun = Instant::now();
        let mut answer = agent
            .post(format!("{base}/api/v1/contacts"))
            .header("authorization", format!("Bearer {token}"))
            .header("idempotency-key", format!("bench-{}-{c}-{n}", std::process::id()))
            .send_json(&body)?;
        if !answer.status().is_success() {
            return Err(format!(
                "registering answered {}: {}",
                answer.status(),
                answer.body_mut().read_to_string()?
            )
            .into());
        }
        let bytes = answer.body_mut().read_to_vec()?.len();
        Ok((begun.elapsed().as_nanos(), bytes))
    })
}

/// A personal token made through the product's own page.
fn token(base: &str, cookie: &str) -> Fallible<String> {
    let mut answer = agent()
        .post(format!("{base}/account/tokens"))
        .header("cookie", cookie)
        .header("origin", base)
        .send_form([
            ("name", "bench"),
            ("area_contacts", "write"),
            ("area_cases", "write"),
            ("area_directory", "read"),
            ("days", "7"),
        ])?;
    let page = answer.body_mut().read_to_string()?;
    let shown = page.split("id=\"made-token\"").nth(1);
    let token = shown.and_then(|t| t.split('>').nth(1)?.split('<').next());
    Ok(token.ok_or("the product gave no token")?.to_owned())
}

fn department(base: &str, token: &str) -> Fallible<String> {
    let mut answer = agent()
        .get(format!("{base}/api/v1/departments"))
        .header("authorization", format!("Bearer {token}"))
        .call()?;
    let list: serde_json::Value = answer.body_mut().read_json()?;
    let items = list
        .get("items")
        .and_then(|i| i.as_array())
        .or_else(|| list.as_array())
        .ok_or("no departments")?;
    let found = items
        .iter()
        .find(|d| d["code"] == "engineering")
        .and_then(|d| d["id"].as_str());
    Ok(found.ok_or("no engineering department")?.to_owned())
}
