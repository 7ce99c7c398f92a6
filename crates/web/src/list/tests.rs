//! What was asked, in words; the way back through pages.

use app::ctx::Locale;
use app::testing::World;
use domain::access::Role;
use store::testing::for_both;

use super::{Asked, List, conditions, trail};
use crate::case::names::Names;

#[test]
fn what_a_list_was_asked_for_is_said_in_words() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::CsHead);
        let names = w.desk.read_now(move |c| Names::load(c, &ctx)).unwrap();
        let a = Asked {
            q: "漏水".into(),
            kind: "request".into(),
            department: w.department("engineering").into_string(),
            from: "2026-11-01".into(),
            ..Asked::default()
        };
        let said = conditions(Locale::Zh, List::Cases, &a, "open", &names);
        assert_eq!(
            said,
            "视图：进行中；关键字：漏水；类别：报修；承办部门：工程部；登记日期起：2026-11-01"
        );
        let en = conditions(Locale::En, List::Cases, &Asked::default(), "open", &names);
        assert_eq!(en, "Views: Open");
    });
}

#[test]
fn the_way_back_leads_to_the_first_page() {
    let (back, before) = trail("", "");
    assert_eq!((back.as_str(), before), ("~", None));
    let (two, before) = trail("~", "1:a");
    assert_eq!(before, Some((String::new(), String::new())));
    let (_, before) = trail(&two, "2:b");
    assert_eq!(before, Some(("1:a".to_owned(), "~".to_owned())));
}
