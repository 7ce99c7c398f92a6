//! The rules of an emergency, as a story and as tables.

mod random;

use super::play::{Filled, fill, parse, shipped_plays};
use super::*;
use crate::access::{Role, Who};

fn who(id: &str, role: Role) -> Who {
    Who::Staff {
        id: id.into(),
        roles: vec![role],
        department: None,
    }
}

fn desk() -> Who {
    who("desk", Role::FrontDesk)
}

fn form() -> Open {
    Open {
        emergency: "e".into(),
        number: "QZ-1".into(),
        case: Some("c".into()),
        drill: false,
        play: "medical".into(),
        class: Class::Medical,
        major: true,
        owner: Some("desk".into()),
        calls: vec![
            CallLine {
                post: CallPost::SecurityHead,
                line: vec!["sec".into(), "guard".into()],
            },
            CallLine {
                post: CallPost::ProjectManager,
                line: vec!["pm".into()],
            },
        ],
        steps: vec![
            StepDue {
                code: "call_120".into(),
                must: true,
                note: false,
                due_at: Some(60_000),
            },
            StepDue {
                code: "lift".into(),
                must: false,
                note: false,
                due_at: None,
            },
        ],
        place: "3-1-1201".into(),
        phone: "13800000000".into(),
        caller: "周敏".into(),
        what: "胸痛".into(),
    }
}

struct Story {
    state: Option<Emergency>,
    events: Vec<Event>,
    now: i64,
}

impl Story {
    fn new() -> Story {
        let mut s = Story {
            state: None,
            events: Vec::new(),
            now: 1_000,
        };
        s.may(&desk(), Command::Open(Box::new(form())));
        s
    }

    fn try_it(&mut self, who: &Who, command: &Command) -> Result<usize, &'static str> {
        let events = decide(self.state.as_ref(), command, who, self.now).map_err(|r| r.rule)?;
        let n = events.len();
        for e in events {
            apply(&mut self.state, &e);
            self.events.push(e);
        }
        Ok(n)
    }

    fn may(&mut self, who: &Who, command: Command) -> usize {
        self.try_it(who, &command)
            .unwrap_or_else(|rule| panic!("{command:?}: {rule}"))
    }

    fn e(&self) -> &Emergency {
        self.state.as_ref().unwrap()
    }
}

fn tick(step: &str) -> Command {
    Command::Tick {
        step: step.into(),
        skip: false,
        note: String::new(),
    }
}

fn clock() -> Who {
    Who::System { name: "timer".into() }
}

#[test]
fn a_medical_emergency_from_the_key_to_the_last_improvement() {
    let mut s = Story::new();
    assert_eq!(s.e().next_look_at(), Some(61_000));
    s.may(
        &who("sec", Role::SecurityHead),
        Command::Confirm {
            call: 0,
            staff: "sec".into(),
        },
    );
    s.may(
        &desk(),
        Command::Confirm {
            call: 1,
            staff: "pm".into(),
        },
    );
    assert_eq!(
        s.try_it(
            &desk(),
            &Command::End {
                how: "已送医".into()
            }
        ),
        Err("refuse-emergency-steps")
    );
    s.now = 31_000;
    s.may(&who("guard", Role::Guard), tick("call_120"));
    assert_eq!(s.e().steps[0].done_at, Some(31_000));
    // Two people tick it in the same second: it is done once.
    assert_eq!(s.may(&desk(), tick("call_120")), 0);
    assert_eq!(s.try_it(&desk(), &Command::Close), Err("refuse-emergency-not-closable"));
    s.may(
        &desk(),
        Command::End {
            how: "已送医".into()
        },
    );
    assert_eq!(
        s.e().missing_to_close(),
        [
            "missing-emergency-report",
            "missing-emergency-meeting",
            "missing-emergency-improvement"
        ]
    );
    s.may(
        &desk(),
        Command::Report {
            result: "平稳".into()
        },
    );
    assert_eq!(
        s.try_it(
            &desk(),
            &Command::Meet {
                held_at: 1_500,
                present: vec!["pm".into()],
                analysis: "x".into()
            }
        ),
        Err("refuse-meeting-before-end")
    );
    s.may(
        &desk(),
        Command::Meet {
            held_at: 31_000,
            present: vec!["pm".into()],
            analysis: "门岗到位慢".into(),
        },
    );
    s.may(
        &desk(),
        Command::Improve {
            owner: "sec".into(),
            due_at: 100_000,
            what: "门岗配对讲".into(),
        },
    );
    s.may(&desk(), Command::Close);
    assert_eq!(s.e().next_look_at(), Some(100_001));
    s.now = 100_001;
    assert_eq!(s.may(&clock(), Command::Look), 1);
    assert_eq!(s.may(&clock(), Command::Look), 0);
    let done = Command::Improved {
        no: 1,
        how: "已配".into(),
    };
    assert_eq!(s.try_it(&who("guard", Role::Guard), &done), Err("refuse-not-yours"));
    s.may(&who("sec", Role::SecurityHead), done);
    assert_eq!(s.e().next_look_at(), None);
}

#[test]
fn without_a_confirmation_within_a_minute_the_next_in_line_is_called() {
    let mut s = Story::new();
    s.now = 60_999;
    assert_eq!(s.may(&clock(), Command::Look), 0);
    s.now = 61_000;
    s.may(&clock(), Command::Look);
    assert_eq!(s.e().calls[0].current(), Some(&StaffId::from("guard")));
    assert_eq!(s.e().calls[1].current(), None);
    // The step that is late is told once.
    s.now = 61_001;
    assert_eq!(s.may(&clock(), Command::Look), 1);
    assert_eq!(s.may(&clock(), Command::Look), 0);
    assert!(s.e().steps[0].told_late);
    // Whoever was passed over may still come.
    s.may(
        &who("sec", Role::SecurityHead),
        Command::Confirm {
            call: 0,
            staff: "sec".into(),
        },
    );
    assert_eq!(s.e().calls[0].due_at(), None);
    let stranger = Command::Confirm {
        call: 1,
        staff: "nobody".into(),
    };
    assert_eq!(s.try_it(&desk(), &stranger), Err("refuse-not-in-line"));
}

#[test]
fn it_always_has_an_owner_on_duty() {
    let mut s = Story {
        state: None,
        events: Vec::new(),
        now: 1,
    };
    let nobody = Command::Open(Box::new(Open { owner: None, ..form() }));
    assert_eq!(s.try_it(&desk(), &nobody), Err("refuse-no-owner"));
    let mut s = Story::new();
    let own = |on_duty| Command::Own {
        staff: "sec".into(),
        on_duty,
    };
    assert_eq!(s.try_it(&desk(), &own(false)), Err("refuse-owner-off-duty"));
    s.may(&desk(), own(true));
    assert_eq!(s.e().owner, "sec".into());
    // An owner leads, whatever the post.
    assert_eq!(
        s.try_it(&who("w", Role::Worker), &Command::End { how: "x".into() }),
        Err("refuse-role")
    );
    s.may(
        &who("sec", Role::SecurityHead),
        Command::Own {
            staff: "w".into(),
            on_duty: true,
        },
    );
    s.may(&desk(), tick("call_120"));
    s.may(&who("w", Role::Worker), Command::End { how: "x".into() });
}

#[test]
fn a_drill_is_no_case_and_an_emergency_always_is_one() {
    for (drill, case, ok) in [
        (true, None, true),
        (true, Some("c"), false),
        (false, None, false),
        (false, Some("c"), true),
    ] {
        let open = Open {
            drill,
            case: case.map(CaseId::from),
            ..form()
        };
        let decided = decide(None, &Command::Open(Box::new(open)), &desk(), 1);
        assert_eq!(decided.is_ok(), ok, "{drill} {case:?}");
    }
}

#[test]
fn what_must_be_done_is_left_out_only_with_a_reason() {
    let mut s = Story::new();
    let skip = |note: &str| Command::Tick {
        step: "call_120".into(),
        skip: true,
        note: note.into(),
    };
    assert_eq!(s.try_it(&desk(), &skip(" ")), Err("refuse-incomplete"));
    s.may(&desk(), skip("家属已拨打"));
    s.may(&desk(), Command::End { how: "x".into() });
    assert_eq!(s.try_it(&desk(), &tick("lift")), Err("refuse-emergency-over"));
}

#[test]
fn the_same_events_make_the_same_state_also_after_the_journal() {
    let mut s = Story::new();
    s.may(
        &desk(),
        Command::Log {
            text: "救护车已出发 340101199001011234".into(),
        },
    );
    s.may(&desk(), Command::NoAnswer { call: 0 });
    s.may(&desk(), tick("call_120"));
    let mut again = None;
    for e in &s.events {
        let json = serde_json::to_value(e).unwrap();
        apply(&mut again, &serde_json::from_value(json).unwrap());
    }
    assert_eq!(again, s.state);
    assert!(!format!("{:?}", s.e().log).contains("340101199001011234"));
    // What is personal stands at the top and may be gone.
    for e in &s.events {
        assert!(Fact::KINDS.contains(&e.fact.kind()), "{}", e.fact.kind());
        let mut json = serde_json::to_value(e).unwrap();
        for key in e.fact.personal_fields() {
            assert!(json.as_object_mut().unwrap().remove(*key).is_some(), "{key}");
        }
        serde_json::from_value::<Event>(json).unwrap();
    }
}

#[test]
fn nobody_without_a_post_at_the_site_takes_part() {
    for role in [Role::Vendor, Role::Sysadmin] {
        let mut s = Story::new();
        assert_eq!(
            s.try_it(&who("x", role), &Command::Log { text: "x".into() }),
            Err("refuse-role")
        );
    }
}

#[test]
fn the_shipped_playbooks_say_who_is_called_by_the_clauses() {
    let plays = shipped_plays().unwrap();
    let called = |code: &str| -> Vec<CallPost> { plays.play(code).unwrap().call.iter().map(|c| c.post).collect() };
    use CallPost::*;
    assert_eq!(called("medical"), [SecurityHead, ProjectManager]);
    for b in plays.of(Class::Security) {
        assert_eq!(called(&b.code), [SecurityHead, ProjectManager], "{}", b.code);
    }
    for c in plays.of(Class::Engineering) {
        let posts = called(&c.code);
        for post in [SecurityHead, RepairLeader, ProjectManager] {
            assert!(posts.contains(&post), "{} {post}", c.code);
        }
    }
    for code in ["burst_pipe", "gas", "shock", "lift", "fire"] {
        assert_eq!(plays.play(code).unwrap().class, Class::Engineering);
    }
    let medical = plays.play("medical").unwrap();
    for step in ["call_120", "gate", "home"] {
        assert!(medical.step(step).unwrap().must, "{step}");
    }
}

#[test]
fn a_text_says_what_is_not_known_yet() {
    let with = Filled {
        place: "3-1-1201",
        ..Filled::default()
    };
    assert_eq!(fill("{place}：{what}", with), "3-1-1201：……");
    assert_eq!(fill("a { b", with), "a { b");
}

#[test]
fn a_broken_file_is_refused() {
    let good = include_str!("../../../../standards/emergency.json");
    for (from, to) in [
        ("\"class\": \"other\"", "\"class\": \"medical\""),
        (
            "{\"post\": \"project_manager\", \"zh\": \"知情并组织处置\"",
            "{\"post\": \"security_head\", \"zh\": \"知情并组织处置\"",
        ),
        ("\"en\": \"Fire\"", "\"en\": \"\""),
        ("{phone}", "{fone}"),
    ] {
        assert!(good.contains(from), "{from}");
        assert!(parse(&good.replace(from, to)).is_err(), "{to}");
    }
}
