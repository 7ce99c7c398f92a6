//! DIR: fixed workflow of the head of customer service (客服主任工作固化流程).

use crate::rec::row_of;
use crate::story;
use crate::world::World;

#[test]
fn dir_9_who_is_asked_first_stays_answerable_until_it_is_closed() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let mut desk = story::report(&clerk);
    desk.ask("worker");
    desk.shown.must_say("首问责任人").must_say("陈晓雯");
    let wang = desk.form.offer("worker", "王建国").expect("王建国");
    desk.choose("worker", &wang);
    let number = desk.made("send").case();
    let first = "首问责任 陈晓雯";
    clerk.case(&number).must_say(first);
    // Whoever works on it, in whose hands it is passed on: she stays.
    let mut form = clerk.step_form(&number, "reassign");
    form.pick("worker", "孙海涛").set("reason", "王师傅在另一处抢修");
    clerk.send(&form).is(200);
    w.staff("lintingting").case(&number).must_say(first);
    let sun = w.staff("sunhaitao");
    sun.done(&number, "accept", &[]);
    let mut form = sun.step_form(&number, "hand_over");
    form.pick("worker", "王建国").set("note", "交班");
    sun.send(&form).is(200);
    worker.done(&number, "arrive", &[]);
    worker.done(
        &number,
        "complete",
        &[("done", "更换声控开关"), ("no_photo_reason", "现场光线不足")],
    );
    story::declined(&clerk, &number);
    story::called_back(&w.staff("xuwei"), &number, true);
    let closed = w.staff("lihuimin").done(&number, "close", &[]);
    closed.must_say("已关闭").must_say(first);
    // And every hand it went through is named.
    closed
        .must_say("改派给 工程部 · 孙海涛")
        .must_say("转交给 王建国")
        .must_say("王建国 到场签到")
        .must_say("徐薇 回访");
    // It is among what she answers for until then.
    let other = story::report(&clerk).made("send").case();
    clerk.get("/desk?tab=mine").must_say("三楼楼道");
    w.staff("lintingting").get(&format!("/cases/{other}")).must_say(first);
}

#[test]
fn dir_8_matters_of_owners_have_a_named_follower_and_a_reply_limit() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    let mut desk = clerk.desk();
    desk.choose("kind", "suggestion")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .choose("content", "建议增设快递柜");
    let number = desk.made("promise").case();
    let row = row_of(&head.get("/promises"), &number);
    assert!(
        row.contains("陈晓雯") && row.contains("24:00"),
        "a name and a limit: {row}"
    );
    // The head sees how each follower keeps the limits, by figures that open their lists.
    clerk.done(&number, "answer", &[("answer", "下月增设")]);
    let figures = head.get("/ontime?by=worker&clock=promise");
    figures.is(200).must_say("及时率").must_say("陈晓雯");
    let list = figures.link_to("view=decided&clock=promise");
    head.get(&list).is(200).must_say(&number);
}
