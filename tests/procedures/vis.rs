//! VIS: incoming call and visitor control (来电来访控制工作程序).

use crate::story;
use crate::world::World;

#[test]
fn vis_1_a_caller_is_checked_against_the_archive() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.person("1-1-0101");
    desk.shown.must_say("身份核对").must_say("已与档案比对");
    assert_eq!((desk.form.get("id_name"), desk.form.get("id_unit")), ("same", "same"));
    // Another number than the archive's is seen at once.
    desk.choose("phone", story::PHONE);
    assert_eq!(desk.form.get("id_phone"), "differs");
    desk.item("楼道灯不亮")
        .choose("content", "三楼楼道的灯不亮")
        .set("place", "三楼楼道");
    let number = desk.made("send").case();
    clerk
        .case(&number)
        .must_say("姓名 一致")
        .must_say("房号 一致")
        .must_say("电话 不一致");
    // Another name as well.
    let mut desk = clerk.desk();
    desk.caller("欧阳查无", "", "1-1-0101");
    assert_eq!(desk.form.get("id_name"), "differs");
    // Nobody in the archive: not checked, and said so.
    let mut desk = clerk.desk();
    desk.caller(story::NAME, story::PHONE, story::UNIT);
    assert_eq!(desk.form.get("id_name"), "unknown");
    desk.shown.must_say("未选档案");
}

#[test]
fn vis_2_problem_and_help_are_recorded_by_category() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.choose("kind", "inquiry")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .item("停车");
    let item = desk.form.get("item").to_owned();
    assert!(item.starts_with("inquiry."), "{item}");
    desk.choose("content", "问临时停车怎么收费")
        .set("answer", "前两小时免费，之后每小时 3 元");
    let number = desk.made("answer").case();
    let case = clerk.case(&number);
    case.must_say("咨询")
        .must_say("停车")
        .must_say("问临时停车怎么收费")
        .must_say("前两小时免费，之后每小时 3 元");
    clerk.get("/cases?view=all&kind=inquiry").must_say(&number);
    clerk.get("/cases?view=all&kind=request").must_not_say(&number);
}

#[test]
fn vis_10_calls_visits_and_people_are_confidential() {
    let w = World::new();
    let clerk = w.clerk();
    let made = story::report(&clerk).made("send");
    let number = made.case();
    // Nobody outside.
    let stranger = w.stranger();
    for path in [
        format!("/cases/{number}"),
        "/contacts".into(),
        "/desk".into(),
        "/find?q=1-1".into(),
        "/journal".into(),
        "/households".into(),
    ] {
        let page = stranger.get(&path);
        page.must_not_say(story::NAME);
        assert!(page.url.contains("/sign-in"), "{path} led to {}", page.url);
    }
    assert_ne!(stranger.get("/r/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status, 200);
    // Nor who has no part in it: the administrator of the machine, another department's worker, another vendor.
    w.staff("admin")
        .get(&format!("/cases/{number}"))
        .is(403)
        .must_not_say(story::NAME);
    w.staff("admin").get("/contacts").is(403);
    for login in ["baojie02", "waibao", "zhixu02"] {
        let who = w.staff(login);
        who.get(&format!("/cases/{number}")).is(404).must_not_say(story::NAME);
        who.get("/cases?view=all").must_not_say(&number);
    }
    // What was shown is left in no cache.
    assert!(clerk.case(&number).header("cache-control").contains("no-store"));
}
