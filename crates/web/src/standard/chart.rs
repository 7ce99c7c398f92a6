//! Plots as SVG made here: two bars an entry, with axis, labels and a text for each bar. A table with the same figures stands
//! beside each of them.

use std::fmt::Write as _;

/// One entry on the axis.
pub struct Entry {
    pub label: String,
    /// As it was, as it would be.
    pub values: [f64; 2],
    /// What each bar says when it is pointed at.
    pub titles: [String; 2],
}

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 230.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 34.0;

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A round number for the top of the axis that is not below `most`.
fn round_up(most: f64) -> f64 {
    if most <= 4.0 {
        return 4.0;
    }
    let mut step = 1.0;
    while step * 10.0 < most {
        step *= 10.0;
    }
    for of in [1.0, 2.0, 4.0, 5.0, 10.0] {
        if step * of * 1.0 >= most {
            return step * of;
        }
    }
    step * 10.0
}

/// Bars beside each other; `label` says what the picture shows, `classes` colour the two series.
pub fn bars(label: &str, entries: &[Entry], classes: [&str; 2]) -> String {
    let most = entries.iter().flat_map(|e| e.values).fold(0.0_f64, f64::max);
    let top = round_up(most);
    let (plot_w, plot_h) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
    let y = |value: f64| TOP + plot_h - value / top * plot_h;
    let mut svg = format!(
        r#"<svg class="ch" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{}">"#,
        escaped(label)
    );
    for part in 0..=4 {
        let value = top * f64::from(part) / 4.0;
        let at = y(value);
        let _infallible = write!(
            svg,
            r#"<line class="grid" x1="{LEFT}" x2="{}" y1="{at:.1}" y2="{at:.1}"/><text x="{}" y="{:.1}" text-anchor="end">{}</text>"#,
            WIDTH - RIGHT,
            LEFT - 8.0,
            at + 4.0,
            number(value)
        );
    }
    let count = entries.len().max(1);
    let slot = plot_w / f64::from(u32::try_from(count).unwrap_or(1));
    let bar = (slot * 0.36).min(26.0);
    for (i, e) in entries.iter().enumerate() {
        let middle = LEFT + slot * (f64::from(u32::try_from(i).unwrap_or(0)) + 0.5);
        for (series, class) in classes.iter().enumerate() {
            let value = e.values.get(series).copied().unwrap_or(0.0);
            let x = if series == 0 { middle - bar - 1.0 } else { middle + 1.0 };
            let _infallible = write!(
                svg,
                r#"<rect class="{class}" x="{x:.1}" y="{:.1}" width="{bar:.1}" height="{:.1}"><title>{}</title></rect>"#,
                y(value),
                value / top * plot_h,
                escaped(e.titles.get(series).map_or("", String::as_str))
            );
        }
        let _infallible = write!(
            svg,
            r#"<text x="{middle:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
            HEIGHT - BOTTOM + 18.0,
            escaped(&e.label)
        );
    }
    svg.push_str("</svg>");
    svg
}

fn number(value: f64) -> String {
    if value.fract().abs() < 0.005 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_has_an_axis_labels_and_a_text_for_each_bar() {
        let entry = |label: &str, a: f64, b: f64| Entry {
            label: label.to_owned(),
            values: [a, b],
            titles: [format!("{label} {a}"), format!("{label} {b}")],
        };
        let svg = bars(
            "超时 <每小时>",
            &[entry("09", 3.0, 7.0), entry("10", 0.0, 12.0)],
            ["k1", "k4"],
        );
        assert!(svg.contains("aria-label=\"超时 &lt;每小时&gt;\""));
        assert_eq!(svg.matches("<rect").count(), 4);
        assert_eq!(svg.matches("<title>").count(), 4);
        assert_eq!(svg.matches("class=\"grid\"").count(), 5);
        assert!(svg.contains(">20<") && !svg.contains("style="), "{svg}");
        assert!(bars("x", &[], ["k1", "k4"]).ends_with("</svg>"));
    }

    #[test]
    fn the_axis_ends_at_a_round_number() {
        for (most, top) in [
            (0.0, 4.0),
            (4.0, 4.0),
            (5.0, 5.0),
            (7.0, 10.0),
            (12.0, 20.0),
            (35.0, 40.0),
            (180.0, 200.0),
        ] {
            assert!((round_up(most) - top).abs() < 0.001, "{most}: {}", round_up(most));
        }
    }
}
