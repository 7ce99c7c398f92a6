//! What SQLite's planner is told about the tables. Left alone it knows nothing and guesses that every index finds ten rows: it
//! would count the few open cases of a site by walking through all of them. Measuring on the spot (`ANALYZE`) would make
//! plans depend on when somebody measured. So each database carries the figures of a large estate (a site with a million
//! cases), and the plans are the same at ten cases and at a million; the tests of the plans see them as they will be.
//!
//! `statistics.txt` has a line for each index: table, index, rows of the index, then rows that one value of the first column,
//! of the first two, … find. A table's indexes are all there or none is (a test); a table that is not there is a small one.
//! PostgreSQL keeps its own.

use crate::seam::{Conn, Result, row, sql};

const FIGURES: &str = include_str!("statistics.txt");

row! {
    /// Figures of one index.
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
    pub(crate) struct Figure { pub tbl: String, pub idx: String, pub stat: String }
}

sql! {
    fn[lite] make_table() { "ANALYZE site_head" }
    fn[lite] load() { "ANALYZE sqlite_schema" }
    fn[lite] has_table() -> bool {
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'sqlite_stat1') AS there"
    }
    fn[lite] all() -> Vec<Figure> {
        "SELECT tbl, COALESCE(idx, '') AS idx, stat FROM sqlite_stat1 ORDER BY tbl, idx"
    }
    fn[lite] clear() { "DELETE FROM sqlite_stat1" }
    fn[lite] put(tbl: &str, idx: &str, stat: &str) {
        "INSERT INTO sqlite_stat1 (tbl, idx, stat) SELECT $1, $2, $3 WHERE EXISTS \
         (SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = $2 AND tbl_name = $1)"
    }
    /// Every index, with those of keys.
    pub(crate) fn[lite] indexes() -> Vec<Figure> {
        "SELECT tbl_name AS tbl, name AS idx, '' AS stat FROM sqlite_schema WHERE type = 'index' ORDER BY tbl_name, name"
    }
}

/// The figures that the product ships.
pub(crate) fn shipped() -> Vec<Figure> {
    let mut all: Vec<Figure> = FIGURES
        .lines()
        .filter_map(|line| {
            let (tbl, rest) = line.split_once(' ')?;
            let (idx, stat) = rest.split_once(' ')?;
            Some(Figure {
                tbl: tbl.to_owned(),
                idx: idx.to_owned(),
                stat: stat.to_owned(),
            })
        })
        .collect();
    all.sort();
    all
}

/// Puts the shipped figures into a SQLite database, if others are there. Does nothing on PostgreSQL.
pub(crate) fn bring(conn: &mut Conn) -> Result<()> {
    if !conn.is_lite() {
        return Ok(());
    }
    let here: Vec<String> = indexes(conn)?.into_iter().map(|i| i.idx).collect();
    let wanted: Vec<Figure> = shipped().into_iter().filter(|f| here.contains(&f.idx)).collect();
    if has_table(conn)? && all(conn)? == wanted {
        return Ok(());
    }
    conn.tx(|c| {
        make_table(c)?;
        clear(c)?;
        for f in &wanted {
            put(c, &f.tbl, &f.idx, &f.stat)?;
        }
        load(c)
    })
}
