//! No statement escapes the check, and the check finds what is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use super::{make_notes, note};
use crate::check::{problems, problems_of};
use crate::seam::{FromRow as _, Statement};
use crate::testing::for_both;

#[test]
fn every_statement_is_right_on_both_engines() {
    for_both(|db| {
        let wrong = db.write(|tx| Ok::<_, crate::Error>(problems(tx))).unwrap();
        assert!(wrong.is_empty(), "{} problems:\n{}", wrong.len(), wrong.join("\n"));
    });
}

fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
    for e in fs::read_dir(dir).unwrap() {
        let path = e.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// The lines of code: no comments, and nothing from the test module on.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap().to_owned();
    text.lines()
        .filter(|l| !l.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn no_statement_stands_outside_of_a_listed_block() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let listed = fs::read_to_string(src.join("lib.rs")).unwrap();
    for path in files {
        let name = path.strip_prefix(&src).unwrap().display().to_string();
        if name.starts_with("seam/") || name.starts_with("tests/") || name == "testing.rs" || name == "check.rs" {
            continue;
        }
        let code = code(&path);
        if code.contains("sql! {") {
            let module = name.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::");
            let in_list = listed.contains(&format!(" {module}::")) && listed.contains("STATEMENTS");
            assert!(in_list, "{name} has a `sql!` block that is not in `MODULES` of lib.rs");
        }
        // The connection's own functions take any text; `sql!` is the only one to call them.
        for call in [".sql_", ".prepare(", "rusqlite::", "postgres::"] {
            let allowed = name == "migrate.rs" && call == ".sql_";
            assert!(allowed || !code.contains(call), "{name} sends SQL of its own: {call}");
        }
    }
}

#[test]
fn a_good_module_passes() {
    for_both(|db| {
        let wrong = db
            .write(|tx| {
                make_notes(tx)?;
                Ok::<_, crate::Error>(problems_of(tx, note::STATEMENTS.iter()))
            })
            .unwrap();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// Statements with one mistake each.
#[expect(dead_code, reason = "only looked at")]
mod bad {
    use crate::seam::{Q, row, sql};

    row! { pub struct Pair { pub title: String, pub number: i64 } }
    row! { pub struct Nullable { pub done_at: i64 } }

    pub struct Filter {
        pub a: Option<i64>,
    }
    fn one_variant() -> Vec<Filter> {
        vec![Filter { a: None }]
    }
    fn build(f: &Filter) -> Q<'_> {
        Q::new("SELECT number FROM note WHERE 1 = 1", &[]).opt("AND number = ?", f.a.as_ref())
    }

    sql! {
        pub fn swapped() -> Vec<Pair> { "SELECT number, title FROM note" }
        pub fn renamed() -> Vec<Pair> { "SELECT title, version FROM note" }
        pub fn short() -> Vec<Pair> { "SELECT title FROM note" }
        pub fn typed(title: i64) -> i64 { "SELECT number FROM note WHERE title = $1" }
        pub fn unused(a: i64, b: i64) -> i64 { "SELECT number FROM note WHERE number = $1" }
        pub fn missing(a: i64) -> i64 { "SELECT number FROM note WHERE number = $1 AND version = $2" }
        pub fn numeric() -> i64 { "SELECT SUM(number) FROM note" }
        pub fn nullable() -> Vec<Nullable> { "SELECT done_at FROM note" }
        pub fn unknown() -> i64 { "SELECT nmber FROM note" }
        pub fn dialect(n: i64) -> Vec<i64> { "SELECT number FROM note LIMIT 1 OFFSET $1" }
        pub fn rows() -> u64 { "SELECT number FROM note" }
        pub fn hidden(f: &Filter) -> Vec<i64> { dynamic build, one_variant }
    }
}

#[test]
fn each_mistake_is_found() {
    for_both(|db| {
        let lite = db.is_lite();
        db.write(|tx| make_notes(tx)).unwrap();
        for s in bad::STATEMENTS {
            let (only, name) = (std::slice::from_ref(s), s.name.rsplit("::").next().unwrap());
            let found = db
                .read(move |c| Ok::<_, crate::Error>(problems_of(c, only.iter())))
                .unwrap()
                .join("\n");
            // SQLite has no types before it runs.
            let visible = !lite || !["typed", "numeric", "nullable"].contains(&name);
            assert_eq!(
                found.contains(s.name),
                visible,
                "{name} on {}: {found}",
                if lite { "SQLite" } else { "PostgreSQL" }
            );
        }
    });
    assert_eq!(bad::Pair::COLUMNS.len(), 2);
}

#[test]
fn names_are_unique() {
    let mut names: Vec<&str> = crate::statements().map(|s: &Statement| s.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}
