//! Calls for help and emergencies from outside: REC-17 to REC-21, CAL-7, CAL-9, DIR-14, STD-9; and mass incidents.

use crate::story;
use crate::world::{DAY, HOUR, MINUTE, Page, Person, World, field};

/// Opens an emergency as somebody does with the one key; returns its page.
fn opened(who: &Person, play: &str, more: &[(&str, &str)]) -> Page {
    let mut form = who.get("/emergencies/new").form("/emergencies");
    form.pick("play", play).set("place", "99-1-1201");
    for (name, value) in more {
        form.put(name, value);
    }
    let page = who.send(&form);
    page.is(200);
    assert!(page.url.contains("/emergencies/0"), "{}: {}", page.url, page.text());
    page
}

/// The path of the page, without the server.
fn path(w: &World, page: &Page) -> String {
    page.url[w.base.len()..].to_owned()
}

/// One step on the page.
fn act(who: &Person, path: &str, act: &str, more: &[(&str, &str)]) -> Page {
    let mut fields = vec![("act", act)];
    fields.extend_from_slice(more);
    who.post(path, &fields)
}

/// Ticks everything that must be done.
fn all_done(who: &Person, path: &str, steps: &[&str]) {
    for step in steps {
        act(who, path, "tick", &[("step", step), ("note", "已办")]).is(200);
    }
}

/// The account's id, as the own page carries it.
fn id_of(who: &Person) -> String {
    let html = who.get("/account").html;
    let at = html.find("data-user=\"").expect("a user") + 11;
    html[at..].chars().take_while(|c| *c != '"').collect()
}

/// What stands on somebody's list of notices.
fn notices(who: &Person) -> Page {
    who.get("/notices")
}

#[test]
fn rec_17_a_medical_call_is_classed_at_once_and_the_gate_and_the_home_are_sent() {
    let w = World::new();
    let clerk = w.clerk();
    clerk.get("/desk").must_say("应急").must_say("Ctrl F10");
    // Neither class nor place can be left out.
    let mut empty = clerk.get("/emergencies/new").form("/emergencies");
    empty.put("play", "");
    clerk.send(&empty).is(422).must_say("请选择一项").must_say("必填");
    let page = opened(
        &clerk,
        "突发疾病",
        &[("phone", "13857126688"), ("caller", "周敏"), ("what", "老人胸痛")],
    );
    // It is a recorded call for help, and what to say has the address, the illness and the phone filled in.
    let number = page.numbers("QZ").pop().expect("a call for help");
    page.must_say("A 医疗").must_say("处置中").must_say("拨打 120");
    let say = page.part("em-say");
    for words in ["99-1-1201", "老人胸痛", "138 5712 6688"] {
        assert!(say.contains(words), "{say}");
    }
    clerk.case(&number).must_say("求助").must_say("开启应急处置");
    // Security is called to the gate and to the home.
    page.must_say("引导救护车").must_say("到住户家中协助");
    let path = path(&w, &page);
    notices(&w.staff("zhaolixin"))
        .must_say("应急，请立即到场")
        .must_say(&number);
    // The checklist keeps the second and who did it; it is not over before 120, gate and home.
    w.wait(25_000);
    act(&clerk, &path, "end", &[("how", "已送医")])
        .is(422)
        .must_say("4 个必做步骤没有做")
        .must_say("请做完，或写明不做的原因")
        .must_not_say("必做步骤：")
        .must_say("REC-17");
    let guard = w.staff("menwei");
    act(&clerk, &path, "tick", &[("step", "call_120")]).is(200);
    let seen = act(&guard, &path, "tick", &[("step", "gate")]);
    seen.is(200).must_say("已做：秩序维护员到大门等候").must_say("刘强");
    // To the second: the clock of the test stands still but for the time that the request took.
    let second = |at: i64| format!("{}:{:02}", crate::world::clock(at), at.div_euclid(1000).rem_euclid(60));
    let lately = (0..10).any(|n| seen.says(&second(w.now() - n * 1000)));
    assert!(lately, "{} is not in {}", second(w.now()), seen.text());
    // What is not needed is left out with a reason, never silently.
    act(&clerk, &path, "tick", &[("step", "home"), ("how", "skip")]).is(422);
    act(
        &clerk,
        &path,
        "tick",
        &[("step", "home"), ("how", "skip"), ("note", "家属在场")],
    )
    .is(200)
    .must_say("不做：秩序维护员到住户家中协助");
    act(&clerk, &path, "tick", &[("step", "handed")]).is(200);
    act(&clerk, &path, "end", &[("how", "救护车已接走")])
        .is(200)
        .must_say("待善后");
    assert!(w.journal_holds());
}

#[test]
fn rec_18_of_a_robbery_the_head_of_security_and_the_manager_hear_at_once() {
    let w = World::new();
    let clerk = w.clerk();
    // Whose own number is known is called by it; the page shows it as the page of who is on duty does.
    let account = format!("/staff/{}", id_of(&w.staff("zhaolixin")));
    let mut facts = w.staff("admin").get(&account).form(&account);
    facts.set("phone", "13805711188");
    w.staff("admin").send(&facts).is(200);
    let page = opened(&clerk, "抢劫", &[("what", "南门有人持刀")]);
    let number = page.numbers("QZ").pop().expect("a call for help");
    page.must_say("B 治安").must_say("秩序主管").must_say("赵立新");
    page.must_say("138 **** 1188").must_not_say("13805711188");
    for who in ["zhaolixin", "jingli"] {
        notices(&w.staff(who)).must_say("应急，请立即到场").must_say(&number);
    }
    notices(&w.staff("gongcheng")).must_not_say(&number);
    // Whoever is called says on the own telephone that they come.
    let path = path(&w, &page);
    let head = w.staff("zhaolixin");
    head.get(&path).must_say("我马上到");
    act(&head, &path, "confirm", &[("call", "0"), ("staff", &id_of(&head))])
        .is(200)
        .must_say("确认前往");
    // Without a confirmation of the manager within a minute the next in line is called, and the desk hears of it.
    w.wait(MINUTE);
    assert!(w.until(|| notices(&clerk).says("应急通知无人确认")));
    clerk.get(&path).must_say("项目经理 何立群 无应答，转下一位");
    assert!(w.until(|| notices(&w.staff("lihuimin")).says(&number)));
    // Who answers the telephone is reached by the desk.
    act(
        &clerk,
        &path,
        "confirm",
        &[("call", "1"), ("staff", &id_of(&w.staff("jingli")))],
    )
    .is(200)
    .must_say("项目经理 何立群 确认前往");
    act(&clerk, &path, "no_answer", &[("call", "1")])
        .is(422)
        .must_say("已经有结果");
}

#[test]
fn rec_19_of_a_burst_pipe_repair_leader_head_of_security_and_manager_hear_at_once() {
    let w = World::new();
    for play in ["水管爆裂", "燃气泄漏", "触电", "电梯困人", "火灾"] {
        let page = opened(&w.clerk(), play, &[]);
        let number = page.numbers("QZ").pop().expect("a call for help");
        page.must_say("C 工程").must_say("维修负责人").must_say("周斌");
        for who in ["gongcheng", "zhaolixin", "jingli"] {
            notices(&w.staff(who)).must_say(&number);
        }
    }
    // Who does not answer is passed over at once, not only by the clock.
    let page = opened(&w.clerk(), "水管爆裂", &[]);
    let path = path(&w, &page);
    act(&w.clerk(), &path, "no_answer", &[("call", "0")])
        .is(200)
        .must_say("维修负责人 周斌 无应答，转下一位");
    let number = page.numbers("QZ").pop().expect("a call for help");
    // Who that is, the roster of the day says.
    let crew = ["wangjianguo", "sunhaitao", "zhoushifu", "luoshifu"];
    let told = || crew.iter().any(|who| notices(&w.staff(who)).says(&number));
    assert!(w.until(told));
}

#[test]
fn rec_20_anything_else_goes_to_the_body_that_it_calls_for_by_name() {
    let w = World::new();
    let clerk = w.clerk();
    let page = opened(&clerk, "其他求助", &[("what", "流浪犬伤人")]);
    page.must_say("D 其他").must_say("相关部门、政府机关或社会机构");
    let path = path(&w, &page);
    // Which body it was has to be written.
    act(&clerk, &path, "tick", &[("step", "tell_body")])
        .is(422)
        .must_say("联系了哪个单位")
        .must_say("REC-20");
    act(&clerk, &path, "tick", &[("step", "tell_body"), ("note", "城管 96310")])
        .is(200)
        .must_say("城管 96310");
    act(&clerk, &path, "end", &[("how", "x")]).is(422);
    act(&clerk, &path, "tick", &[("step", "answered")]).is(200);
    act(&clerk, &path, "end", &[("how", "已捕获")]).is(200);
    // Without a meeting: the result is enough, and then the call for help can be closed.
    act(&clerk, &path, "report", &[("result", "一人轻伤，已处理")]).is(200);
    act(&clerk, &path, "close", &[]).is(200).must_say("已关闭");
}

#[test]
fn rec_21_an_open_emergency_has_a_live_log_on_every_desk_and_an_owner_on_duty() {
    let w = World::new();
    let (clerk, other) = (w.clerk(), w.staff("xuwei"));
    let page = opened(&clerk, "火灾", &[("what", "12 楼冒烟")]);
    let path = path(&w, &page);
    let number = page.numbers("QZ").pop().expect("a call for help");
    // Every desk, and every telephone, shows it with its owner and its last line.
    let banner = |who: &Person| who.fragment("/emergencies/banner");
    for who in [&other, &w.staff("wangjianguo"), &w.staff("caiwu")] {
        banner(who)
            .is(200)
            .must_say("火灾")
            .must_say("99-1-1201")
            .must_say("陈晓雯");
    }
    other.get("/cases").must_say("火灾 · 99-1-1201");
    w.staff("wangjianguo").get("/tasks").must_say("火灾 · 99-1-1201");
    // Anybody on duty adds a line, and the others read it.
    act(&w.staff("menwei"), &path, "log", &[("text", "消防车到西门")]).is(200);
    assert!(w.until(|| banner(&other).says("消防车到西门")));
    other.get(&path).must_say("消防车到西门").must_say("刘强");
    // Who looks after it does not leave, and cannot hand it to somebody who is not there.
    let leave = clerk.post("/account/duty", &[("on", "0"), ("next", "/desk")]);
    leave.is(422).must_say(&number).must_say("REC-21");
    clerk.get("/account").must_say("起在岗");
    act(&clerk, &path, "own", &[("staff", &id_of(&w.staff("caiwu")))])
        .is(422)
        .must_say("负责人必须在岗");
    act(&clerk, &path, "own", &[("staff", &id_of(&w.staff("lihuimin")))])
        .is(200)
        .must_say("负责人改为 李慧敏");
    notices(&w.staff("lihuimin")).must_say("应急由您负责");
    clerk.post("/account/duty", &[("on", "0"), ("next", "/desk")]).is(200);
    // The call for help can neither be closed nor cancelled while it runs.
    w.staff("lihuimin")
        .get(&format!("/cases/{number}/do/cancel"))
        .must_say("应急处置没有关闭");
    for (step, fields) in [
        ("cancel", [("reason", "误报"), ("customer_told", "true")]),
        ("close", [("note", ""), ("x", "")]),
    ] {
        let refused = w.staff("lihuimin").post(&format!("/cases/{number}/{step}"), &fields);
        assert!((400..500).contains(&refused.status), "{step}: {}", refused.text());
    }
    assert!(w.journal_holds());
}

#[test]
fn rec_21_the_shift_hand_over_takes_the_emergency_along() {
    let w = World::new();
    let (manager, clerk) = (w.staff("jingli"), w.clerk());
    let day = field(w.now())[..10].to_owned();
    let post = story::post(&manager, "总台");
    story::shift(&manager, &post, "沈佳怡", &day, "10:05-12:00").is(200);
    story::shift(&manager, &post, "钱雅琴", &day, "12:00-18:00").is(200);
    let giver = w.staff("xingzheng");
    story::checked_in(&giver).is(200);
    let page = opened(&clerk, "火灾", &[]);
    let (path_of, number) = (path(&w, &page), page.numbers("QZ").pop().expect("a number"));
    w.wait(110 * MINUTE);
    let way = giver.get("/shifts").link("交班").expect("a hand-over");
    let mut form = giver.get(&way).form(way.trim_start_matches("/duty/"));
    let owners: Vec<String> = form
        .names()
        .iter()
        .filter(|n| n.starts_with("owner-"))
        .map(|n| (*n).to_owned())
        .collect();
    // Whoever looks after it may still be on a shift then: it is left to nobody on purpose.
    for owner in &owners {
        form.put(owner, "");
    }
    giver.send(&form).is(422).must_say(&number).must_say("REC-21");
    for owner in &owners {
        form.pick(owner, "钱雅琴");
    }
    form.set("note", "消防在场");
    giver.send(&form).is(200);
    clerk.get(&path_of).must_say("负责人改为 钱雅琴");
}

#[test]
fn cal_7_a_call_for_help_that_was_registered_already_becomes_an_emergency_with_one_link() {
    let w = World::new();
    let clerk = w.clerk();
    let mut desk = clerk.desk();
    desk.choose("kind", "help")
        .caller(story::NAME, story::PHONE, story::UNIT)
        .item("反锁求助")
        .choose("content", "老人被反锁在屋里，煤气灶开着");
    desk.set("place", story::UNIT);
    let number = desk.made("send").case();
    // Help is given as an ordinary case as far as that goes; what is more is opened from it, with what is known.
    let link = clerk.case(&number).link("开启应急").expect("a way to the emergency");
    let page = clerk.get(&link);
    let mut form = page.form("/emergencies");
    assert_eq!(form.get("case"), number);
    assert_eq!(form.get("caller"), story::NAME);
    form.pick("play", "燃气泄漏");
    let opened = clerk.send(&form);
    opened.is(200).must_say(&number).must_say("煤气灶开着");
    clerk.case(&number).must_say("开启应急处置");
    // Once.
    clerk
        .send(form.put("_key", "another"))
        .is(422)
        .must_say("已经开启过应急");
}

#[test]
fn cal_9_an_emergency_is_passed_to_the_centre_in_the_same_second_from_a_telephone_too() {
    let w = World::new();
    let guard = w.staff("menwei");
    let page = opened(&guard, "抢劫", &[("what", "东门斗殴")]);
    let number = page.numbers("QZ").pop().expect("a call for help");
    for who in ["zhaolixin", "jingli"] {
        notices(&w.staff(who)).must_say("应急，请立即到场").must_say(&number);
    }
    let at_desk = w.clerk().get("/desk");
    at_desk.must_say("东门斗殴").must_say("刘强");
    // A number is hidden from who may not see it.
    let hidden = opened(&w.clerk(), "盗窃", &[("phone", "13857126688")]);
    guard.get(&path(&w, &hidden)).must_not_say("138 5712 6688");
}

#[test]
fn dir_14_result_meeting_analysis_and_improvements_before_it_is_closed() {
    let w = World::new();
    let clerk = w.clerk();
    let page = opened(&clerk, "水管爆裂", &[("phone", "13857126688"), ("caller", "周敏")]);
    let (path, number) = (path(&w, &page), page.numbers("QZ").pop().expect("a number"));
    // Reported to the project manager at once.
    let manager = w.staff("jingli");
    notices(&manager).must_say(&number);
    all_done(&clerk, &path, &["valve", "restored"]);
    act(&clerk, &path, "report", &[("result", "早了")])
        .is(422)
        .must_say("还在处置中");
    act(&clerk, &path, "end", &[("how", "14:20 恢复供水")]).is(200);
    // What came of it answers the call: nobody is asked to dispatch it or to come any more.
    clerk.case(&number).must_say("14:20 恢复供水");
    act(&clerk, &path, "close", &[])
        .is(422)
        .must_say("DIR-14")
        .must_say("结果报告")
        .must_say("专题会议")
        .must_say("改进措施");
    clerk.refused(&number, "close", &[]).must_say("应急处置还没有关闭");
    // The result goes to the project manager; the meeting has people and an analysis.
    act(&clerk, &path, "report", &[("result", "两户进水，已赔付")]).is(200);
    notices(&manager).must_say("应急结果报告");
    w.wait(2 * HOUR);
    let held = field(w.now());
    act(&manager, &path, "meet", &[("held_at", &held)])
        .is(422)
        .must_say("参加人")
        .must_say("分析");
    let present = id_of(&manager);
    act(
        &manager,
        &path,
        "meet",
        &[
            ("held_at", &held),
            ("present", &present),
            ("analysis", "阀门锈死，关阀用了 12 分钟"),
        ],
    )
    .is(200)
    .must_say("阀门锈死");
    let head = w.staff("gongcheng");
    let due = field(w.now() + 5 * DAY)[..10].to_owned();
    act(
        &manager,
        &path,
        "improve",
        &[("staff", &id_of(&head)), ("due", &due), ("what", "全部楼栋阀门除锈")],
    )
    .is(200)
    .must_say(&due);
    // To the end of the day that was entered, on the page and in the notice.
    notices(&head).must_say("应急改进措施由您落实").must_say("23:59");
    act(&manager, &path, "close", &[]).is(200).must_say("已关闭");
    clerk.case(&number).must_say("应急处置关闭");
    // An improvement is followed until it is done.
    w.wait(7 * DAY);
    let head = w.staff("gongcheng");
    assert!(w.until(|| notices(&head).says("应急改进措施到期")));
    act(&head, &path, "improved", &[("no", "1"), ("how", "42 栋已除锈")])
        .is(200)
        .must_say("42 栋已除锈");
    assert!(w.journal_holds());
}

#[test]
fn dir_14_a_drill_is_the_same_counted_apart_and_no_case() {
    let w = World::new();
    let manager = w.staff("jingli");
    let before = manager.get("/cases").numbers("QZ").len();
    let mut form = manager.get("/emergencies/new?drill=1").form("/emergencies");
    form.pick("play", "火灾").set("place", "地下车库");
    let page = manager.send(&form);
    page.is(200)
        .must_say("演练")
        .must_say("不计入任何统计")
        .must_say("拨打 119");
    let number = page.numbers("YL").pop().expect("a drill");
    let path = path(&w, &page);
    // Those called see that it is a drill; nothing else is called an emergency.
    notices(&w.staff("zhaolixin"))
        .must_say("演练")
        .must_not_say("应急，请立即到场 ");
    w.clerk()
        .fragment("/emergencies/banner")
        .must_say("演练")
        .must_say("地下车库");
    w.wait(MINUTE);
    assert!(w.until(|| manager.get(&path).says("无应答，转下一位")));
    // Counted apart, and in no list of cases.
    manager.get("/emergencies?drills=1").must_say(&number);
    manager
        .get("/emergencies")
        .must_not_say(&number)
        .must_say("应急 0 起；演练 1 次");
    assert_eq!(manager.get("/cases").numbers("QZ").len(), before);
    // Only who leads begins one.
    let worker = w.staff("wangjianguo");
    let mut form = worker.get("/emergencies/new").form("/emergencies");
    form.pick("play", "火灾").set("place", "车库").put("drill", "1");
    worker.send(&form).is(403);
}

#[test]
fn std_9_plans_and_training_have_editions_and_a_day_of_review() {
    let w = World::new();
    let (head, manager) = (w.staff("zhaolixin"), w.staff("jingli"));
    let mut form = head.get("/emergencies/documents/new").form("/emergencies/documents");
    let review = field(w.now() + 3 * DAY)[..10].to_owned();
    form.set("title", "消防应急预案")
        .set("body", "一、组织\n二、联络\n三、步骤")
        .set("review_at", &review);
    let first = head.send(&form);
    first.is(200).must_say("第 1 版").must_say("三、步骤").must_say(&review);
    // A training says when it was held.
    let mut training = head.get("/emergencies/documents/new").form("/emergencies/documents");
    training
        .set("kind", "training")
        .set("title", "灭火器培训")
        .set("body", "12 人参加");
    head.send(&training).is(422);
    training.set("held_at", &field(w.now() - DAY)[..10]);
    head.send(&training).is(200).must_say("安全培训");
    // Everybody reads them, who leads writes them.
    w.staff("wangjianguo")
        .get("/emergencies/documents")
        .must_say("消防应急预案");
    w.staff("wangjianguo").get("/emergencies/documents/new").is(403);
    // The day has come: the author and the manager hear of it.
    notices(&manager).must_not_say("到期复审");
    w.wait(4 * DAY);
    let (head, manager) = (w.staff("zhaolixin"), w.staff("jingli"));
    assert!(w.until(|| notices(&manager).says("预案或培训到期复审")));
    notices(&head).must_say("应急预案，第 1 版");
    // The next edition takes its place; the first stays to be read.
    let next = first.link("修订新版").expect("the next edition");
    let mut form = head.get(&next).form("/emergencies/documents");
    assert!(form.get("body").contains("三、步骤"));
    form.set("body", "一、组织\n二、联络\n三、步骤\n四、物资");
    let second = head.send(&form);
    second
        .is(200)
        .must_say("第 2 版")
        .must_say("四、物资")
        .must_say("第 1 版");
    head.get(&path(&w, &first))
        .must_say("这是旧版")
        .must_not_say("四、物资");
    head.send(&form.put("_key", "again").clone()).is(409);
}

#[test]
fn cal_9_many_calls_of_one_cause_are_one_incident_and_each_caller_is_told_at_the_end() {
    let w = World::new();
    let (clerk, other) = (w.clerk(), w.staff("xuwei"));
    let mut form = clerk.get("/incidents/new").form("/incidents");
    clerk.send(&form).is(422);
    form.set("title", "全小区停电")
        .set("say", "供电公司检修，预计 15:00 恢复，给您带来不便请谅解")
        .set("notice", "因检修停电……");
    let page = clerk.send(&form);
    page.is(200).must_say("进行中");
    let path = path(&w, &page);
    // The sentence stands at every desk before anybody types, and one key joins the caller.
    assert!(w.until(|| other.get("/desk").says("预计 15:00 恢复")));
    let mut desk = other.desk();
    desk.shown.must_say("加入").must_say("Alt D");
    desk.caller(story::NAME, story::PHONE, story::UNIT);
    let act = format!("incident:{}", path.rsplit('/').next().expect("an id"));
    assert!(other.get("/desk").html.contains(&format!("value=\"{act}\"")));
    let made = desk.made(&act);
    let case = made.case();
    clerk.case(&case).must_say("全小区停电").must_say(story::NAME);
    // A second one from the incident's own page; the count goes up on every page.
    let mut join = clerk.get(&path).form("/join");
    join.set("phone", "13900001111").set("name", "吴婷");
    clerk.send(&join).is(200).must_say("吴婷");
    assert!(w.until(|| other.fragment("/emergencies/banner").says("来电 2 个")));
    // Nobody is told before it is over. At the end both are on the list, with the whole number.
    clerk.get(&path).must_not_say("139 0000 1111");
    super::emergency::act(&clerk, &path, "end", &[("how", "15:10 已恢复供电")])
        .is(200)
        .must_say("待告知")
        .must_say("139 0000 1111");
    assert!(w.until(|| notices(&other).says("群体事件已结束")));
    let tell = |told: &str, which: usize| {
        let page = clerk.get(&path);
        let actions: Vec<String> = crate::html::tags(&page.html)
            .iter()
            .filter_map(|t| t.attr("action").map(str::to_owned))
            .filter(|a| a.contains("/callers/"))
            .collect();
        clerk.post(&actions[which], &[("told", told)])
    };
    tell("no_answer", 0).is(200).must_say("无人接听 (1)");
    tell("over", 0).is(200);
    clerk.case(&case).must_say("15:10 已恢复供电");
    tell("over", 0).is(200).must_say("已关闭");
    other.fragment("/emergencies/banner").must_not_say("全小区停电");
    assert!(w.journal_holds());
}

#[test]
fn cal_9_three_alike_in_one_building_are_proposed_as_one_incident() {
    let w = World::new();
    let clerk = w.clerk();
    for n in 1..=3 {
        assert!(!notices(&clerk).says("可能是群体事件"), "after {}", n - 1);
        let mut desk = story::report(&clerk);
        desk.set("place", &format!("99 栋 1 单元 {n} 楼"));
        desk.made("send");
        w.wait(MINUTE);
    }
    let page = notices(&clerk);
    page.must_say("可能是群体事件").must_say("99 栋 30 分钟内有 3 件");
}
