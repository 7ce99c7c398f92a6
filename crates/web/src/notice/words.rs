//! What a notice says, in the reader's language.

use app::ctx::Locale;
use app::notice::{Before, RungArgs, Seen};
use domain::ladder::{Lack, Offset, Rung, When};
use serde_json::Value;

use crate::l10n::{has, tx};
use crate::page::Page;

/// A length of time beside due: 30 分钟, 4 小时, 2 个工作小时.
fn offset(l: Locale, o: Offset) -> String {
    let minutes = o.ms / 60_000;
    let (n, unit) = match minutes {
        m if m % 1440 == 0 && !o.working => (m / 1440, "day"),
        m if m % 60 == 0 => (m / 60, "hour"),
        m => (m, "minute"),
    };
    let key = format!("ladder-{}{unit}", if o.working { "working-" } else { "" });
    tx(l, &key, &[("n", &n.to_string())])
}

/// A step of a ladder: 时限用去 80%, 到时, 超时 1 小时, 到时前 30 分钟.
pub fn step(l: Locale, at: When) -> String {
    match at {
        When::Percent(100) => tx(l, "ladder-due", &[]),
        When::Percent(n) => tx(l, "ladder-percent", &[("n", &n.to_string())]),
        When::Before(o) => tx(l, "ladder-before", &[("time", &offset(l, o))]),
        When::After(o) => tx(l, "ladder-after", &[("time", &offset(l, o))]),
    }
}

/// A step of the standard: when, what, whom.
pub fn ladder_line(p: &Page, r: &Rung) -> String {
    let posts: Vec<String> = r.to.iter().map(|post| p.code("post", post.as_str())).collect();
    tx(
        p.locale,
        "ladder-line",
        &[
            ("step", &step(p.locale, r.at)),
            ("what", &p.code("rung", r.kind.as_str())),
            ("posts", &posts.join(&p.t("list-comma"))),
        ],
    )
}

fn lacking(p: &Page, list: &[Lack]) -> String {
    let one = |l: &Lack| {
        let post = p.code("post", l.post.as_str());
        p.t1(&format!("lack-{}", l.why.as_str()), "post", post)
    };
    list.iter().map(one).collect::<Vec<_>>().join(&p.t("list-comma"))
}

fn rung_head(p: &Page, r: &RungArgs) -> String {
    tx(
        p.locale,
        "notice-rung-head",
        &[
            ("clock", &p.code("clock", r.code.as_str())),
            ("step", &step(p.locale, r.step)),
        ],
    )
}

/// The first line.
pub fn head(p: &Page, n: &Seen) -> String {
    if let Some(r) = &n.rung {
        return rung_head(p, r);
    }
    let title = p.code("notice", &n.row.kind);
    let list: Vec<Lack> = n
        .args
        .get("lacking")
        .and_then(|v| serde_json::from_value(v.clone()).ok())
        .unwrap_or_default();
    if !list.is_empty() {
        return tx(
            p.locale,
            "notice-head-lacking",
            &[("title", &title), ("lacking", &lacking(p, &list))],
        );
    }
    title
}

/// A value of a notice in words: a text, a number, `{"key": …}` a text's key, `{"zh": …, "en": …}` a name, `{"at": ms}` an instant.
fn value(p: &Page, v: &Value) -> String {
    match v {
        Value::String(s) => s.clone(),
        Value::Object(m) => match (m.get("key"), m.get("at"), m.get(p.locale.code()).or(m.get("zh"))) {
            (Some(Value::String(key)), ..) => p.t(key),
            (_, Some(at), _) => p.full_time(at.as_i64().unwrap_or(0)),
            (_, _, Some(Value::String(name))) => name.clone(),
            _ => String::new(),
        },
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Why it came to this person.
pub fn why(p: &Page, n: &Seen) -> String {
    let Some(r) = &n.rung else {
        let key = format!("notice_why-{}", n.row.kind);
        // With the words that somebody gave, as long as they are kept.
        let said = format!("{key}-said");
        let key = if n.args.contains_key("what") && has(p.locale, &said) {
            said
        } else {
            key
        };
        if !has(p.locale, &key) {
            return String::new();
        }
        let args: Vec<(&str, String)> = n.args.iter().map(|(k, v)| (k.as_str(), value(p, v))).collect();
        let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        return tx(p.locale, &key, &args);
    };
    let Some(why) = n.why else { return String::new() };
    let post = p.code("post", why.post.as_str());
    let mut text = match why.instead_of {
        Some(below) => {
            let lack = r.lacking.iter().find(|l| l.post == below);
            let below = lack.map_or_else(|| p.code("post", below.as_str()), |l| lacking(p, &[*l]));
            tx(p.locale, "notice-why-instead", &[("lacking", &below), ("post", &post)])
        }
        None => p.t1("notice-why", "post", post),
    };
    if let Some(due) = r.due {
        text.push_str(&p.t("notice-why-comma"));
        text.push_str(&p.t1("notice-due", "time", p.time(due)));
    }
    text
}

/// That it came late, or was reached before the case was entered.
pub fn late(p: &Page, n: &Seen) -> Option<String> {
    if n.rung.as_ref().is_some_and(|r| r.entered_late) {
        return Some(p.t("notice-entered-late"));
    }
    let ms = n.late()?;
    let time = crate::case::clocks::duration(p.locale, ms, false);
    Some(p.t1("notice-late", "time", time))
}

/// Who was told of an earlier step.
pub fn before(p: &Page, b: &Before) -> String {
    let name = if p.en() && !b.name_en.is_empty() {
        &b.name_en
    } else {
        &b.name
    };
    let key = if b.read { "notice-before-read" } else { "notice-before" };
    tx(
        p.locale,
        key,
        &[
            ("name", name),
            ("time", &p.time(b.at)),
            ("step", &step(p.locale, b.step)),
        ],
    )
}
