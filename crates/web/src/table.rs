//! A table as an Excel file: a line that says who took it, when and what of, and a journal entry. One way for every register.

use app::error::Error;
use office::sheet::{Cell, Column, Kind, ListSheet, ListWriter};

use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::l10n::{pick, t, tx};
use crate::page::Page;
use crate::roster::form::xlsx;
use crate::state::Web;
use crate::when;

/// A column: text key of its heading, what it holds, its width.
pub type Heading = (&'static str, Kind, f64);

/// A text cell.
pub fn text(value: impl Into<String>) -> Cell<'static> {
    Cell::Text(value.into().into())
}

/// A length of time as a number of minutes, to be reckoned with; the heading says the unit.
pub fn minutes(ms: Option<i64>) -> Cell<'static> {
    // Hundredths of a minute are exact enough, and few enough for a float.
    let hundredths = ms.and_then(|ms| i32::try_from((ms + 300) / 600).ok());
    hundredths.map_or(Cell::Empty, |n| Cell::Number(f64::from(n) / 100.0))
}

/// An instant, or nothing.
pub fn at(value: Option<i64>) -> Cell<'static> {
    value.map_or(Cell::Empty, Cell::At)
}

/// The file. `list` names it in the journal, `what` says in words what of it was asked for.
pub async fn export(
    web: &Web,
    v: &Viewer,
    list: &'static str,
    title: String,
    what: String,
    headings: &[Heading],
    rows: Vec<Vec<Cell<'static>>>,
) -> Answer {
    let p = Page::titled(web, v, title.clone());
    let columns = headings.iter().map(|(key, kind, width)| Column {
        heading: t(v.locale, key),
        kind: *kind,
        width: *width,
    });
    let who = v.session.as_ref().map(|s| s.display_name(v.locale).to_owned());
    let said = [
        ("who", who.as_deref().unwrap_or_default()),
        ("when", &p.full_time(v.now)),
        ("filter", &what),
    ];
    let sheet = ListSheet {
        title,
        watermark: tx(v.locale, "list-watermark", &said),
        columns: columns.collect(),
        zone: jiff::tz::TimeZone::get(&p.zone).unwrap_or(jiff::tz::TimeZone::UTC),
    };
    let mut writer = ListWriter::new(&sheet).map_err(Error::internal)?;
    for row in &rows {
        writer.push(row).map_err(Error::internal)?;
    }
    let n = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let asked = app::list::Query {
        view: what,
        ..app::list::Query::default()
    };
    web.write(&v.ctx()?, move |tx, ctx| app::list::exported(tx, ctx, list, &asked, n))
        .await?;
    let bytes = writer.finish().map_err(Error::internal)?;
    Ok(xlsx(&format!("{list}-{}", when::date(&p.zone, v.now)), bytes))
}

/// The centre's name on paper.
pub async fn organisation(web: &Web, v: &Viewer) -> Result<String, Fail> {
    Ok(web
        .read(&v.ctx()?, |c, ctx| {
            let s = store::site::get(c, &ctx.site)?.ok_or(Error::NotFound)?;
            let en = ctx.locale == app::ctx::Locale::En;
            Ok(pick(en, &s.center_name, &s.center_name_en).to_owned())
        })
        .await?)
}

/// Who printed a paper, and when: its last line.
pub fn printed_by(p: &Page, v: &Viewer) -> String {
    let who = v.session.as_ref().map(|s| s.display_name(v.locale).to_owned());
    let when = p.full_time(v.now);
    p.t2("print-by", "who", who.unwrap_or_default(), "when", when)
}

/// Writes down that a register was printed. `list` names it in the journal, `what` says in words what of it was asked for.
pub async fn print_logged(web: &Web, v: &Viewer, list: &'static str, what: &str, rows: usize) -> Result<(), Fail> {
    let asked = app::list::Query {
        view: what.to_owned(),
        ..app::list::Query::default()
    };
    let n = i64::try_from(rows).unwrap_or(i64::MAX);
    web.write(&v.ctx()?, move |tx, ctx| app::list::printed(tx, ctx, list, &asked, n))
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_number_of_minutes() {
        for (ms, want) in [
            (None, Cell::Empty),
            (Some(0), Cell::Number(0.0)),
            (Some(12_000), Cell::Number(0.2)),
            (Some(8 * 3_600_000 + 30_000), Cell::Number(480.5)),
        ] {
            assert_eq!(minutes(ms), want);
        }
    }
}
