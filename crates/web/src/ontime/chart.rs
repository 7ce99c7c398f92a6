//! Charts of the figures on time, drawn on the server: bars with their values beside them and a title to each, so that they
//! can be read without colours and without a pointer. The same figures stand in a table.

use std::fmt::Write as _;

use app::ctx::Locale;

use super::Line;
use crate::l10n::tx;

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut s: String = text.chars().take(most.saturating_sub(1)).collect();
    s.push('…');
    s
}

const ROW: usize = 28;
const LEFT: usize = 150;
const WIDTH: usize = 760;
const BAR: usize = 460;
/// More bars than this are read better in the table.
const MOST: usize = 24;

/// The share in time of each limit, as bars of a hundred percent: in time, late and excused, late.
pub(super) fn shares(l: Locale, label: &str, lines: &[Line]) -> String {
    let list: Vec<&Line> = lines.iter().filter(|x| x.decided.0 > 0).collect();
    draw(l, label, &list, |x| x.decided.0)
}

/// How many were decided in each group, in time and late; the widest bar is the largest group.
pub(super) fn counts(l: Locale, label: &str, lines: &[Line]) -> String {
    let list: Vec<&Line> = lines.iter().filter(|x| x.decided.0 > 0).take(MOST).collect();
    let most = list.iter().map(|x| x.decided.0).max().unwrap_or(1);
    draw(l, label, &list, |_| most)
}

fn draw(l: Locale, label: &str, list: &[&Line], whole: impl Fn(&Line) -> i64) -> String {
    if list.is_empty() {
        return String::new();
    }
    let height = list.len() * ROW + 8;
    let said: Vec<String> = list.iter().map(|x| format!("{} {}", x.label, x.share)).collect();
    let mut s = format!(
        "<svg class=\"ch ontime\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">",
        escaped(&format!("{label}: {}", said.join(", ")))
    );
    for (i, x) in list.iter().enumerate() {
        let y = i * ROW + 4;
        let all = whole(x).max(1);
        let width = |n: i64| usize::try_from(n).unwrap_or(0) * BAR / usize::try_from(all).unwrap_or(1);
        let (good, late) = (width(x.on_time.0), width(x.late.0));
        let excused = width(x.excused.0).min(late);
        let title = tx(
            l,
            "ontime-bar",
            &[
                ("name", &x.label),
                ("share", &x.share),
                ("on", &x.on_time.0.to_string()),
                ("late", &x.late.0.to_string()),
                ("excused", &x.excused.0.to_string()),
            ],
        );
        let _ = write!(
            s,
            "<g><title>{}</title><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\
             <rect class=\"og\" x=\"{LEFT}\" y=\"{y}\" width=\"{good}\" height=\"18\"/>\
             <rect class=\"oe\" x=\"{}\" y=\"{y}\" width=\"{excused}\" height=\"18\"/>\
             <rect class=\"ol\" x=\"{}\" y=\"{y}\" width=\"{}\" height=\"18\"/>\
             <text class=\"val\" x=\"{}\" y=\"{}\">{} · {}/{}</text></g>",
            escaped(&title),
            LEFT - 8,
            y + 14,
            escaped(&short(&x.label, 14)),
            LEFT + good,
            LEFT + good + excused,
            late - excused,
            LEFT + (good + late) + 8,
            y + 14,
            escaped(&x.share),
            x.on_time.0,
            x.decided.0,
        );
    }
    s.push_str("</svg>");
    s
}
