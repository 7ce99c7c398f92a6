//! Tables and properties for `room`.

use proptest::prelude::*;

use super::*;

#[test]
fn writings_of_one_unit() {
    for text in [
        "3-1-1201",
        "03-01-1201",
        "3-01-01201",
        "3栋1单元1201",
        "3 栋 1 单元 1201 室",
        "３－１－１２０１",
        "3号楼1单元1201",
        "3幢1单元1201室",
        "三栋一单元1201",
        "三栋一单元一二零一室",
        "3#1-1201",
        "3#1#1201",
        "3#1单元1201",
        "3/1/1201",
        "3.1.1201",
        "3 1 1201",
        "3—1—1201",
        "滨江翠园3-1-1201",
        "滨江翠园三栋一单元1201",
        "3栋1单元12层1201",
        "3栋1单元12楼1201室",
        "3-1-12-01",
        "3-1-12-1201",
        "Building 3, Entrance 1, 1201",
        "3号楼1门1201号",
        " 3-1-1201 ",
    ] {
        assert_eq!(
            RoomKey::parse(text).map(|k| k.match_key()).as_deref(),
            Ok("3-1-1201"),
            "{text}"
        );
    }
}

#[test]
fn other_units() {
    for (text, want) in [
        ("3#1201", "3-1201"),
        ("3幢1201", "3-1201"),
        ("3-1201", "3-1201"),
        ("3楼1201", "3-1201"),
        ("3号1201室", "3-1201"),
        ("128弄3号1201室", "3-1201"),
        ("A座1201", "A-1201"),
        ("a1201", "A-1201"),
        ("B2-101", "B2-101"),
        ("b02-101", "B2-101"),
        ("商铺12", "商铺-12"),
        ("商铺 12", "商铺-12"),
        ("12号商铺", "商铺-12"),
        ("3栋商铺12", "3-商铺12"),
        ("别墅08", "别墅-08"),
        ("4-2-0903", "4-2-0903"),
        ("十二栋二单元801", "12-2-801"),
        ("东区3栋1单元1201", "东区3-1-1201"),
        ("二期3-1-1201", "2期3-1-1201"),
        ("3-1-1201A", "3-1-1201A"),
        ("3栋A座1201", "3-A-1201"),
    ] {
        let key = RoomKey::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(key.code(), want, "{text}");
        assert_eq!(RoomKey::parse(&key.code()).as_ref(), Ok(&key), "{text} read again");
    }
}

#[test]
fn refused() {
    for (text, want) in [
        ("", RoomError::Empty),
        ("   ", RoomError::Empty),
        ("1201", RoomError::NoBuilding),
        ("1单元1201", RoomError::NoBuilding),
        ("3栋", RoomError::NoRoom),
        ("3栋1单元", RoomError::NoRoom),
        ("1-2-3-4-5", RoomError::Unclear),
        ("周晓敏", RoomError::Unclear),
        ("13800006688", RoomError::Unclear),
        ("3-1-1201漏水", RoomError::Unclear),
        ("浙A8K112", RoomError::Unclear),
    ] {
        assert_eq!(RoomKey::parse(text), Err(want), "{text}");
    }
    assert_eq!(RoomKey::parse(&"3".repeat(100)), Err(RoomError::TooLong));
}

#[test]
fn from_columns() {
    let key = RoomKey::new("03", Some("一单元"), "0903").unwrap();
    assert_eq!((key.code().as_str(), key.match_key().as_str()), ("3-1-0903", "3-1-903"));
    assert_eq!(RoomKey::new("3栋", Some(""), "1201室").unwrap().code(), "3-1201");
    assert_eq!(RoomKey::new("", None, "1"), Err(RoomError::NoBuilding));
    assert_eq!(RoomKey::new("3", None, " "), Err(RoomError::NoRoom));
    assert_eq!(RoomKey::new("3-1", None, "1"), Err(RoomError::Unclear));
}

#[test]
fn shown() {
    let zh = |t: &str| RoomKey::parse(t).unwrap().display_zh();
    let en = |t: &str| RoomKey::parse(t).unwrap().display_en();
    assert_eq!(zh("3-1-1201"), "3 栋 1 单元 1201");
    assert_eq!(en("3-1-1201"), "Building 3, Entrance 1, 1201");
    assert_eq!(zh("A座1201"), "A 座 1201");
    assert_eq!(zh("商铺12"), "商铺 12");
    assert_eq!(en("商铺12"), "Shop, 12");
}

fn q(b: &str, e: &str, r: &str) -> RoomQuery {
    let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
    RoomQuery {
        building: some(b),
        entrance: some(e),
        room: some(r),
    }
}

#[test]
fn queries() {
    for (text, want) in [
        ("3-1201", vec![q("3", "", "1201")]),
        ("1201", vec![q("", "", "1201")]),
        ("1201室", vec![q("", "", "1201")]),
        ("3-1-12", vec![q("3", "1", "12")]),
        ("3-1", vec![q("3", "1", ""), q("3", "", "1")]),
        ("3-1-", vec![q("3", "1", "")]),
        ("3-", vec![q("3", "", "")]),
        ("3", vec![q("3", "", ""), q("", "", "3")]),
        ("3栋", vec![q("3", "", "")]),
        ("3栋12", vec![q("3", "12", ""), q("3", "", "12")]),
        ("3栋1单元", vec![q("3", "1", "")]),
        ("3栋1单元09", vec![q("3", "1", "9")]),
        ("1单元1201", vec![q("", "1", "1201")]),
        ("3-1-1201", vec![q("3", "1", "1201")]),
        ("A1201", vec![q("A", "", "1201"), q("A1201", "", "")]),
        ("周晓敏", vec![]),
        ("13800006688", vec![]),
        ("卫生间漏水", vec![]),
        ("", vec![]),
        ("---", vec![]),
    ] {
        assert_eq!(RoomQuery::readings(text), want, "{text}");
    }
    assert_eq!(typing_prefix("3栋1单元12").as_deref(), Some("3-1-12"));
    assert_eq!(typing_prefix("3-1").as_deref(), Some("3-1"));
    assert_eq!(typing_prefix("1201"), None);
}

#[test]
fn fits() {
    let key = RoomKey::parse("3-1-0903").unwrap();
    let fit = |t: &str| RoomQuery::parse(t).and_then(|q| q.fit(&key));
    assert_eq!(fit("3-1-0903"), Some(Fit::Exact));
    assert_eq!(fit("3-903"), Some(Fit::Exact));
    assert_eq!(fit("903"), Some(Fit::Exact));
    assert_eq!(fit("3-1-09"), Some(Fit::Prefix));
    assert_eq!(fit("3-1"), Some(Fit::Prefix));
    assert_eq!(fit("3-2-903"), None);
    assert_eq!(fit("4-903"), None);
    assert_eq!(fit("3-1-1"), None);
}

proptest! {
    #[test]
    fn never_panics(text in ".{0,70}") {
        let _ = RoomKey::parse(&text);
        let _ = RoomQuery::readings(&text);
        let _ = RoomKey::new(&text, Some(&text), &text);
    }

    #[test]
    fn never_panics_on_near_units(text in "[0-9０-９三十百A-C栋幢号楼座单元室房门层期区商铺#\\-/ ]{0,24}") {
        let queries = RoomQuery::readings(&text);
        prop_assert!(queries.len() <= 2);
        if let Ok(key) = RoomKey::parse(&text) {
            prop_assert!(!key.building.is_empty() && !key.room.is_empty());
        }
    }

    #[test]
    fn every_writing_reads_back(b in 1u32..200, e in 1u32..12, floor in 1u32..60, n in 1u32..20) {
        let room = format!("{floor:02}{n:02}");
        let key = RoomKey { building: b.to_string(), entrance: Some(e.to_string()), room: room.clone() };
        for text in [key.code(), key.match_key(), key.display_zh(), key.display_en(), format!("{b:03}-{e:02}-{room}"), format!("{b}#{e}单元{room}室")] {
            prop_assert_eq!(RoomKey::parse(&text), Ok(key.clone()), "{}", text);
            prop_assert!(RoomQuery::parse(&text).and_then(|q| q.fit(&key)) == Some(Fit::Exact));
        }
    }
}
