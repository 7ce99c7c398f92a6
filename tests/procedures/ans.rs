//! ANS: telephone answering standard, Chinese and English (接听电话服务标准).

use crate::world::{HOUR, World};

#[test]
fn ans_2_the_standard_words_stand_in_both_languages_by_the_time_of_day() {
    let w = World::new();
    let clerk = w.clerk();
    for (hours, zh, en) in [
        (0, "早上好", "Good morning"),
        (5, "下午好", "Good afternoon"),
        (5, "晚上好", "Good evening"),
    ] {
        w.wait(hours * HOUR);
        let mut desk = clerk.desk();
        desk.shown
            .must_say(&format!("{zh}，滨江翠园客服中心陈晓雯为您服务，请问有什么可以帮您？"));
        desk.choose("locale", "en");
        desk.shown.must_say(&format!(
            "{en}, Riverside Court property office, Chen Xiaowen speaking. How may I help you?"
        ));
    }
}

#[test]
fn ans_2_the_whole_desk_is_in_both_languages() {
    let w = World::new();
    let clerk = w.clerk();
    clerk.get("/desk").must_say("登记并派单").must_say("来电人");
    clerk.post("/locale", &[("lang", "en"), ("next", "/desk")]);
    let desk = clerk.get("/desk");
    desk.must_not_say("登记并派单").must_not_say("来电人");
    assert!(desk.html.contains("<html lang=\"en\""), "{}", desk.text());
}

#[test]
fn ans_7_a_warning_stands_where_a_household_is_read() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.person("1-1-0101");
    desk.shown.must_say("不向来电人透露其他住户的姓名、房号与电话");
    let unit = desk.form.get("unit").to_owned();
    // Other people of the household are named without their numbers.
    let phones = desk.shown.text().matches("**** ").count();
    assert!(phones <= 2, "{}", desk.shown.text());
    clerk
        .get(&format!("/households/{unit}"))
        .is(200)
        .must_say("不向来电人透露");
}
