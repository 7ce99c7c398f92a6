//! TEL, what people do with telephones: requests, violations, checks of lines (电话管理). Calls come in as a telephone system tells them.

use crate::html;
use crate::story;
use crate::tel::Pbx;
use crate::world::{MINUTE, Page, Person, World};

const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// In Beijing, from an estate whose area code is another.
const FAR: &str = "010-66668888";

/// An outgoing call from 1001 that is answered after four seconds.
fn calls_out(w: &World, pbx: &Pbx<'_>, key: &str, to: &str, talk: i64) {
    let tell = |event: &str, more: &[(&str, &str)]| {
        let ts = format!("{}", w.now());
        let mut fields = vec![
            ("event", event),
            ("callId", key),
            ("direction", "out"),
            ("from", "1001"),
            ("to", to),
            ("ts", ts.as_str()),
        ];
        fields.extend_from_slice(more);
        pbx.says(&fields).is(200);
    };
    tell("newCall", &[]);
    w.wait(4_000);
    tell("answer", &[("answeringNumber", to)]);
    w.wait(talk);
    tell("hangup", &[("cause", "normalClearing")]);
}

fn path(w: &World, page: &Page) -> String {
    page.is(200);
    page.url[w.base.len()..].to_owned()
}

/// The version that a page's forms carry.
fn version(page: &Page) -> String {
    let tags = html::tags(&page.html);
    let of = tags.iter().find(|t| t.attr("name") == Some("version"));
    of.and_then(|t| t.attr("value")).unwrap_or("1").to_owned()
}

/// Records something about 陈晓雯 by administration; returns the page.
fn record(w: &World, kind: &str, case: &str) -> Page {
    let keeper = w.staff("xingzheng");
    let mut form = keeper.get("/hotline/violations/new").form("/hotline/violations");
    form.pick("about", "陈晓雯").set("kind", kind);
    form.set("what", "上班时间打私人电话十五分钟").set("case", case);
    keeper.send(&form)
}

#[test]
fn tel_1_a_private_call_is_recorded_only_after_the_person_was_heard_and_nobody_else_sees_it() {
    let w = World::new();
    let (clerk, head) = (w.clerk(), w.staff("lihuimin"));
    clerk.get("/hotline/violations/new").is(403);
    let made = record(&w, "private_call", "");
    made.must_say("等本人说明").must_not_say("记入个人记录");
    let at = path(&w, &made);
    clerk.get("/notices").must_say("请说明");
    clerk.get("/account").must_say("关于我的电话使用违规");
    clerk.get("/hotline/violations").must_say("私人电话");
    // A colleague sees nothing of it, not even that there is anything.
    let colleague = w.staff("wangjianguo");
    colleague.get(&at).is(404);
    let page = colleague.get("/hotline/violations");
    assert!(!page.html.contains(&at), "{}", page.text());
    w.staff("gongcheng").get(&at).is(404);
    // Unheard nothing is decided; the recorder never does.
    let decide = |who: &Person, severity: &str| {
        // That of somebody whose page has the form.
        let seen = version(&head.get(&at));
        let fields = [
            ("version", seen.as_str()),
            ("severity", severity),
            ("reason", "通话记录为证"),
        ];
        who.post(&format!("{at}/decide"), &fields)
    };
    decide(&head, "minor").is(422).must_say("还没有说明");
    let mut answer = clerk.get(&at).form("/answer");
    answer.set("text", "孩子发烧，老师来电");
    clerk.send(&answer).is(200).must_say("孩子发烧");
    clerk.send(&answer).is(409);
    head.get("/notices").must_say("电话使用违规等您处理");
    decide(&w.staff("xingzheng"), "minor").is(422);
    // An urgent short one is none: nothing stands on the record.
    decide(&head, "none")
        .is(200)
        .must_say("不属违规")
        .must_not_say("记入个人记录");
    clerk.get("/notices").must_say("电话使用违规已处理");
}

#[test]
fn tel_2_long_distance_is_asked_for_approved_with_a_line_and_one_without_is_found() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let (clerk, head, keeper) = (w.clerk(), w.staff("lihuimin"), w.staff("xingzheng"));
    let mut form = clerk.get("/hotline/long-distance/new").form("/hotline/long-distance");
    form.set("number", "16812345").set("why", "联系总部核对合同");
    clerk.send(&form).is(422).must_say("信息台");
    form.set("number", FAR).set("line", "1001");
    let made = clerk.send(&form);
    made.must_say("待审批").must_say("国内长途");
    let at = path(&w, &made);
    // Its maker does not decide; the head does, with a line. A worker of another department does not see it.
    clerk
        .post(&format!("{at}/approve"), &[("version", "1"), ("line", "1001")])
        .is(403);
    w.staff("wangjianguo").get(&at).is(404);
    head.get("/notices").must_say("长途申请等您审批");
    let mut approve = head.get(&at).form("/approve");
    assert_eq!(approve.get("line"), "1001", "the line they asked for is proposed");
    approve.set("line", "");
    head.send(&approve).is(422).must_say("指定的线路");
    approve.set("line", "1001");
    head.send(&approve).is(200).must_say("已同意");
    clerk
        .get(&format!("{at}/print"))
        .is(200)
        .must_say("长途申请单")
        .must_say("1001");
    // The call it was for is in order, the next one is found.
    calls_out(&w, &pbx, "o1", FAR, 60_000);
    keeper.get("/hotline/findings").must_say("没有待判断的通话");
    clerk.get(&at).must_say("已拨打");
    calls_out(&w, &pbx, "o2", FAR, 60_000);
    keeper
        .get("/hotline/findings")
        .must_say("无申请拨打长途")
        .must_say("陈晓雯");
    // For a time, refused with a reason, and taken back.
    let mut form = clerk.get("/hotline/long-distance/new").form("/hotline/long-distance");
    form.set("number", FAR).set("why", "项目对接").set("span", "until");
    clerk.send(&form).is(422).must_say("到哪一天");
    form.set("until", &crate::world::field(w.now() + 9 * DAY)[..10]);
    let at = path(&w, &clerk.send(&form));
    let mut no = keeper.get(&at).form("/refuse");
    keeper.send(&no).is(422);
    no.set("reason", "可以发邮件");
    keeper.send(&no).is(200).must_say("不同意").must_say("可以发邮件");
    clerk.get("/notices").must_say("您的长途申请有结果");
    let at = path(&w, &clerk.send(&form_again(&clerk, FAR)));
    let back = clerk.get(&at).form("/withdraw");
    clerk.send(&back).is(200).must_say("已撤回");
}

fn form_again(clerk: &Person, number: &str) -> html::Form {
    let mut form = clerk.get("/hotline/long-distance/new").form("/hotline/long-distance");
    form.set("number", number).set("why", "再次联系");
    form
}

#[test]
fn tel_3_lines_are_checked_on_a_schedule_a_fault_has_who_mends_it_and_damage_is_charged() {
    let w = World::new();
    let _pbx = Pbx::new(&w);
    let keeper = w.staff("xingzheng");
    let mut rules = keeper.get("/hotline/checks").form("/rules");
    rules.set("check_days", "0");
    keeper.send(&rules).is(422).must_say("1 至 366 天");
    rules.set("check_days", "7");
    keeper.send(&rules).is(200).must_say("每 7 天");
    w.clerk().get("/hotline/checks/new").is(403);
    w.wait(7 * DAY + HOUR);
    // Sessions end meanwhile.
    let keeper = w.staff("xingzheng");
    assert!(w.until(|| keeper.get("/notices").says("线路该检查了")));
    keeper.get("/hotline/checks").must_say("已超过期限");
    w.wait(3 * DAY);
    let keeper = w.staff("xingzheng");
    assert!(w.until(|| keeper.get("/notices").says("线路检查已超期")));
    let mut form = keeper.get("/hotline/checks/new").form("/hotline/checks");
    keeper.send(&form).is(422).must_say("至少检查一部分机");
    form.set("result0", "fault");
    keeper.send(&form).is(422).must_say("维修人");
    form.set("what0", "听筒摔坏")
        .set("cause0", "damage")
        .pick("mender0", "王建国");
    form.set("by0", &crate::world::field(w.now() + DAY)[..10]);
    keeper.send(&form).is(200).must_say("听筒摔坏").must_say("王建国");
    // What was due is done, and the next check is a week off.
    keeper.get("/hotline/checks").must_say("下次检查").must_say("待修");
    w.staff("wangjianguo")
        .get("/notices")
        .must_say("线路有故障，请您维修")
        .must_say("分机 1001");
    w.wait(3 * DAY);
    let (keeper, mender) = (w.staff("xingzheng"), w.staff("wangjianguo"));
    assert!(w.until(|| keeper.get("/notices").says("没有按时修好")));
    let mut done = mender.get("/hotline/checks").form("/mended");
    mender.send(&done).is(422).must_say("怎样修好的");
    done.set("done", "换听筒");
    mender.send(&done).is(200).must_say("换听筒").must_say("超期");
    let mut charge = keeper.get("/hotline/checks").form("/charge");
    charge
        .pick("to", "陈晓雯")
        .set("amount", "45")
        .set("why", "本人承认摔坏");
    keeper.send(&charge).is(200).must_say("¥45.00");
    w.clerk().get("/notices").must_say("损坏由您赔偿");
}

#[test]
fn tel_4_a_complaint_caused_by_a_private_call_is_recorded_with_its_case_and_decided_by_severity() {
    let w = World::new();
    let clerk = w.clerk();
    record(&w, "complaint", "").is(422).must_say("引起的事件编号");
    record(&w, "complaint", "TS-20200101-0001").is(422);
    let number = story::sent(&w, &clerk);
    let made = record(&w, "complaint", &number);
    made.must_say(&number);
    let at = path(&w, &made);
    // Nobody answers: when the time is over somebody decides.
    w.wait(4 * DAY);
    let head = w.staff("lihuimin");
    assert!(w.until(|| head.get("/notices").says("电话使用违规等您处理")));
    let mut form = head.get(&at).form("/decide");
    form.set("severity", "serious").set("reason", "住户等待时在打私人电话");
    head.send(&form).is(422).must_say("请选择一项");
    form.set("measure", "talk");
    head.send(&form).is(422).must_say("与轻重不符");
    form.set("measure", "warning");
    head.send(&form).is(200).must_say("较重").must_say("记入个人记录");
    w.staff("xingzheng")
        .get("/hotline/violations?view=recorded")
        .must_say("陈晓雯");
    assert!(w.journal_holds());
}

#[test]
fn tel_8_a_new_telephone_is_handled_by_administration_and_approved_by_the_general_manager() {
    let w = World::new();
    let (head, keeper, manager) = (w.staff("gongcheng"), w.staff("xingzheng"), w.staff("zongjingli"));
    let mut form = head.get("/hotline/new-telephones/new").form("/hotline/new-telephones");
    form.set("place", "工程部值班室").set("why", "新增值班室");
    head.send(&form).is(422).must_say("请选择部门或个人");
    form.pick("department", "工程部");
    let made = head.send(&form);
    made.must_say("待综合管理部办理");
    let at = path(&w, &made);
    // Each step is one post's, in its turn.
    manager
        .post(&format!("{at}/decide"), &[("version", "1"), ("yes", "1")])
        .is(422);
    head.post(&format!("{at}/handle"), &[("version", "1"), ("what", "一条线")])
        .is(403);
    keeper.get("/notices").must_say("新装电话申请等您办理");
    let mut handle = keeper.get(&at).form("/handle");
    handle.set("what", "一条线，分机 8010，月租 20 元");
    keeper.send(&handle).is(200).must_say("待总经理批准");
    manager.get("/notices").must_say("新装电话等您批准");
    let mut decide = manager.get(&at).form("/decide");
    decide.set("yes", "0");
    manager.send(&decide).is(422);
    decide.set("yes", "1");
    manager.send(&decide).is(200).must_say("待安装");
    let mut install = keeper.get(&at).form("/install");
    install.set("number", "8010");
    keeper.send(&install).is(422).must_say("使用人或岗位");
    install.pick("owner", "周斌").set("class", "national");
    keeper.send(&install).is(422);
    install.set("class", "local");
    keeper.send(&install).is(200).must_say("已安装").must_say("8010");
    head.get("/hotline/telephones").must_say("8010").must_say("周斌");
    head.get(&format!("{at}/print")).is(200).must_say("新装电话申请单");
    head.get("/notices").must_say("您的新装电话申请有结果");
}

#[test]
fn tel_9_a_paid_information_line_that_was_called_is_found_charged_and_brings_discipline() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let (clerk, head, keeper) = (w.clerk(), w.staff("lihuimin"), w.staff("xingzheng"));
    calls_out(&w, &pbx, "p1", "16812345", 3 * MINUTE);
    let page = keeper.get("/hotline/findings");
    page.must_say("拨打付费信息台").must_say("陈晓雯");
    let to = page.link("记录违规").expect("a way to record it");
    let mut form = keeper.get(&to).form("/hotline/violations");
    assert_eq!(form.get("kind"), "paid_line");
    form.set("cost", "abc");
    keeper.send(&form).is(422).must_say("金额");
    form.set("cost", "15");
    let made = keeper.send(&form);
    let at = path(&w, &made);
    keeper
        .get("/hotline/findings")
        .must_say("没有待判断的通话")
        .must_say("已记录违规");
    let mut answer = clerk.get(&at).form("/answer");
    answer.set("text", "误拨");
    clerk.send(&answer).is(200);
    let mut form = head.get(&at).form("/decide");
    form.set("severity", "minor").set("reason", "话单为证");
    head.send(&form).is(422).must_say("较重");
    form.set("severity", "grave");
    head.send(&form).is(200).must_say("按制度处分").must_say("¥15.00");
    clerk.get(&at).must_say("由本人承担").must_say("¥15.00");
}

#[test]
fn tel_10_telephones_out_of_reach_and_long_calls_are_seen() {
    let w = World::new();
    let pbx = Pbx::new(&w);
    let keeper = w.staff("xingzheng");
    keeper.get("/hotline/use").must_say("七天内都能响铃");
    w.staff("wangjianguo").get("/hotline/use").is(403);
    calls_out(&w, &pbx, "l1", "86001234", 11 * MINUTE);
    // Of a system that tells ringing one is asked and does not ring.
    pbx.rings("r1");
    pbx.answers("r1");
    pbx.hangs_up("r1", "normalClearing");
    keeper.get("/hotline/use").must_say("七天内都能响铃");
    let told = |event: &str, more: &[(&str, &str)]| {
        let ts = format!("{}", w.now());
        let mut fields = vec![
            ("event", event),
            ("callId", "u1"),
            ("direction", "in"),
            ("from", story::PHONE),
            ("to", "95001"),
            ("ts", ts.as_str()),
        ];
        fields.extend_from_slice(more);
        pbx.says(&fields).is(200);
    };
    told("newCall", &[("user[]", "1001")]);
    w.wait(20_000);
    told("hangup", &[("cause", "cancel"), ("by", story::PHONE)]);
    let page = keeper.get("/hotline/use");
    page.must_not_say("七天内都能响铃").must_say("11 分");
    // A long call is judged by somebody, who says why it was none.
    let page = keeper.get("/hotline/findings");
    let at = page
        .html
        .split("action=\"/hotline/findings/")
        .nth(1)
        .and_then(|x| x.split('"').next());
    let mut none = page.form(at.expect("what was found"));
    keeper.send(&none).is(422).must_say("不属违规的理由");
    none.set("reason", "与供电公司核对停电");
    keeper
        .send(&none)
        .is(200)
        .must_say("与供电公司核对停电")
        .must_say("没有待判断的通话");
    w.wait(8 * DAY);
    w.staff("xingzheng").get("/hotline/use").must_say("七天内都能响铃");
}
