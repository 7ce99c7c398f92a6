//! The same hits, in the same order, on both engines.

use std::sync::Mutex;

use crate::Db;
use crate::seam::{Error, Result};
use crate::search::{Hit, Query, find, put, remove};
use crate::testing::{for_both, plan};

fn tokens(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn ids(hits: &[Hit]) -> Vec<&str> {
    hits.iter().map(|h| h.subject_id.as_str()).collect()
}

fn look(
    db: &Db,
    kinds: &'static [&'static str],
    text: &str,
    prefix: bool,
    before: Option<i64>,
    limit: i64,
) -> Vec<Hit> {
    let tokens = tokens(text);
    db.read(move |c| {
        find(
            c,
            &Query {
                site: "a",
                kinds,
                tokens: &tokens,
                prefix,
                before,
                limit,
            },
        )
    })
    .unwrap()
}

fn add(db: &Db, site: &'static str, kind: &'static str, id: &str, at: i64, text: &str) {
    let (id, tokens) = (id.to_owned(), tokens(text));
    db.write(move |tx| put(tx, site, kind, &id, at, &tokens)).unwrap();
}

#[test]
fn all_words_are_wanted_and_the_newest_comes_first() {
    for_both(|db| {
        add(
            db,
            "a",
            "case",
            "c1",
            1_700_000_000_001,
            "水 管 水管 漏 管漏 kitchen 3-1-1201",
        );
        add(db, "a", "case", "c2", 1_700_000_000_003, "水 管 水管 bathroom");
        add(db, "a", "case", "c3", 1_700_000_000_002, "水 表 水表 zxm 🚿 𠮷");
        add(db, "a", "contact", "t1", 1_700_000_000_009, "水 管 水管");
        add(db, "b", "case", "other", 1_700_000_000_009, "水 管 水管 kitchen");
        let f = |kinds, text| ids(&look(db, kinds, text, false, None, 10)).join(" ");
        const CASES: &[&str] = &["case"];
        assert_eq!(f(CASES, "水"), "c2 c3 c1");
        assert_eq!(f(CASES, "水管"), "c2 c1");
        assert_eq!(f(CASES, "水管 kitchen"), "c1");
        assert_eq!(f(CASES, "kitchen bathroom"), "");
        assert_eq!(f(CASES, "kitch"), "", "whole words");
        assert_eq!(f(CASES, "3-1-1201"), "c1", "one token, whatever stands in it");
        assert_eq!(f(CASES, "🚿 𠮷"), "c3");
        assert_eq!(f(CASES, "\" OR * ' & | !"), "", "no query language");
        assert_eq!(f(CASES, ""), "");
        assert_eq!(f(&["case", "contact"], "水管"), "t1 c2 c1");
        assert_eq!(f(&[], "水"), "");
        assert_eq!(
            ids(&look(db, CASES, "水 kit", true, None, 10)),
            ["c1"],
            "the last may be a beginning"
        );
        assert_eq!(ids(&look(db, CASES, "水", true, None, 10)), ["c2", "c3", "c1"]);
    });
}

#[test]
fn a_subject_is_replaced_and_removed() {
    for_both(|db| {
        add(db, "a", "case", "c1", 5, "old both");
        add(db, "a", "case", "c1", 6, "new both new");
        let f = |text| ids(&look(db, &["case"], text, false, None, 10)).join(" ");
        assert_eq!(
            (f("old"), f("new"), f("both")),
            (String::new(), "c1".to_owned(), "c1".to_owned())
        );
        assert_eq!(look(db, &["case"], "both", false, None, 10)[0].at, 6);
        db.write(|tx| remove(tx, "a", "case", "c1")).unwrap();
        db.write(|tx| remove(tx, "a", "case", "c1")).unwrap();
        assert_eq!(f("both"), "");
        add(db, "a", "case", "c2", 6, "again");
        add(db, "a", "case", "c2", 6, "");
        assert_eq!(f("again"), "");
        // What was undone is not found either.
        let refused: Result<()> = db.write(|tx| {
            put(tx, "a", "case", "c3", 7, &["again".to_owned()])?;
            Err(Error::other("refused"))
        });
        assert!(refused.is_err());
        assert_eq!(f("again"), "");
    });
}

#[test]
fn pages_follow_each_other_on_both_engines_alike() {
    let found: Mutex<Vec<Vec<String>>> = Mutex::new(Vec::new());
    for_both(|db| {
        // Common: every second. Rare: two, far back, behind more lines than are looked at one by one.
        db.write(|tx| {
            for n in 0..2_600 {
                let mut words = vec!["all".to_owned(), format!("n{n}")];
                if n % 2 == 0 {
                    words.push("common".to_owned());
                }
                if n == 3 || n == 5 {
                    words.push("rare".to_owned());
                }
                // Many things of one instant.
                put(tx, "a", "case", &format!("c{n:04}"), 1_000 + n / 50, &words)?;
            }
            Ok::<(), Error>(())
        })
        .unwrap();
        let walk = |text: &str, limit: i64| {
            let (mut out, mut before) = (Vec::new(), None);
            loop {
                let page = look(db, &["case"], text, false, before, limit);
                assert!(page.windows(2).all(|w| w[0].at >= w[1].at && w[0].cursor > w[1].cursor));
                let Some(last) = page.last() else { return out };
                before = Some(last.cursor);
                out.extend(page.iter().map(|h| h.subject_id.clone()));
            }
        };
        let (common, rare) = (walk("all common", 170), walk("rare", 1));
        assert_eq!((common.len(), walk("n77", 10).len()), (1_300, 1));
        assert_eq!(rare.len(), 2);
        found.lock().unwrap().push([common, rare, walk("all", 1_000)].concat());
    });
    let found = found.into_inner().unwrap();
    assert_eq!(found[0], found[1]);
}

#[test]
fn the_index_gives_the_order() {
    for_both(|db| {
        let lite = db.is_lite();
        let plan = db
            .write(move |tx| Ok::<_, Error>(plan(tx, if lite { "search::hits" } else { "search::newest_hits" }, "")))
            .unwrap();
        if lite {
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        } else {
            assert!(plan.contains("search_doc_newest"), "{plan}");
        }
    });
}
