//! CSM: customer service management plan (物业服务客服综合管理方案).

use crate::story;
use crate::world::{HOUR, World, clock};

#[test]
fn csm_3_a_repair_has_place_content_and_contact_and_reaches_the_worker() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.item("楼道灯不亮").set("place", "");
    let refused = desk.refused("send");
    refused.must_say("内容").must_say("位置").must_say("匿名的原因");
    let number = story::sent(&w, &clerk);
    let worker = w.staff("wangjianguo");
    worker.get("/tasks").is(200).must_say("三楼楼道的灯不亮");
    let seen = worker.case(&number);
    seen.must_say("三楼楼道的灯不亮")
        .must_say("99 栋 1 单元三楼楼道")
        .must_say(story::NAME);
}

#[test]
fn csm_3_the_customer_is_called_back_until_satisfied() {
    let w = World::new();
    let (clerk, worker) = (w.clerk(), w.staff("wangjianguo"));
    let number = story::sent(&w, &clerk);
    story::worked(&w, &worker, &number);
    let finished = w.now();
    let case = clerk.case(&number);
    case.must_say("暂不能关闭")
        .must_say("回访记录")
        .must_say("完工回访")
        .must_say(&clock(finished + 24 * HOUR));
    // Who did the job does not ask how it was.
    worker
        .get(&format!("/cases/{number}/do/callback"))
        .must_say("当前岗位不能“登记回访”");
    story::declined(&clerk, &number);
    clerk.get(&format!("/cases/{number}/do/close")).must_say("回访记录");
    // Not solved: it begins again, and is counted.
    story::called_back(&clerk, &number, false)
        .must_say("第 1 次重开")
        .must_say("待派单");
    let mut form = clerk.step_form(&number, "dispatch");
    form.pick("worker", "王建国");
    clerk.send(&form).is(200);
    story::worked(&w, &worker, &number);
    story::declined(&clerk, &number);
    story::called_back(&clerk, &number, true).must_say("很满意");
    clerk.done(&number, "close", &[]).must_say("已关闭");
    assert!(w.journal_holds());
}

#[test]
fn csm_7_the_archive_shows_person_home_vehicle_and_complaints() {
    let w = World::new();
    let clerk = w.clerk();
    // A household with a vehicle.
    let mut found = None;
    for floor in 1..12 {
        let mut desk = clerk.desk();
        desk.person(&format!("1-1-{floor:02}01"));
        if desk.shown.says("车辆") {
            found = Some(desk);
            break;
        }
    }
    let mut desk = found.expect("somebody with a vehicle");
    let (name, unit) = (desk.form.get("name").to_owned(), desk.form.get("unit").to_owned());
    desk.choose("kind", "complaint")
        .item("噪音")
        .choose("content", "楼上夜里吵闹")
        .set("place", "户内");
    desk.made("record");
    let home = clerk.get(&format!("/households/{unit}"));
    home.is(200)
        .must_say(&name)
        .must_say("业主")
        .must_say("浙A")
        .must_say("㎡")
        .must_say("**** ")
        .must_say("楼上夜里吵闹");
}
