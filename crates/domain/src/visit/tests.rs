mod random;

use proptest::prelude::*;

use super::state::{Fact, Visit, apply};
use super::*;

const AT: i64 = 1_795_228_920_000;
const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

fn env(now: i64) -> Env {
    Env {
        now,
        host_ms: 5 * MINUTE,
        inside_ms: 12 * 60 * MINUTE,
        keep_until: now + 90 * DAY,
        security: vec!["guard".into()],
    }
}

fn known() -> Particulars {
    Particulars {
        name: "何明".into(),
        reason: "送货".into(),
        host: "周敏".into(),
        place: "3-1-1201".into(),
        people: 1,
        ..Particulars::default()
    }
}

fn arrived() -> Visit {
    let mut v = Visit::new("FK-20261121-0001".into());
    let fact = Fact::Registered {
        particulars: Box::new(known()),
        erase_at: AT + 90 * DAY,
    };
    apply(&mut v, &fact, AT, "chen");
    v
}

fn does(v: &mut Visit, cmd: &Command, now: i64) {
    for fact in decide(v, cmd, &env(now)).unwrap_or_else(|r| panic!("{cmd:?}: {r}")) {
        apply(v, &fact, now, "chen");
    }
}

fn rule(v: &Visit, cmd: &Command, now: i64) -> &'static str {
    decide(v, cmd, &env(now)).unwrap_err().rule
}

fn says(yes: bool, how: HostWay) -> Command {
    Command::HostAnswer {
        yes,
        how,
        note: String::new(),
        accompany: false,
    }
}

fn shows(as_expected: bool) -> Command {
    Command::CheckDocument {
        kind: DocumentKind::IdCard,
        number: "11010519491231002X".into(),
        as_expected,
    }
}

fn enters() -> Command {
    Command::Enter {
        badge: "a7".into(),
        accompanied_by: String::new(),
    }
}

#[test]
fn of_a_document_the_last_characters_stay() {
    for (number, kept) in [
        ("11010519491231002X", "002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "002X"),
        ("E1234", "34"),
        ("G-12345678", "5678"),
        ("", ""),
    ] {
        assert_eq!(tail(number), kept, "{number}");
    }
    for (number, want) in [
        ("11010519491231002X", Some("002X")),
        ("１２３４", Some("1234")),
        ("沪A-1", Some("A1")),
        ("——", None),
        ("证件", None),
    ] {
        assert_eq!(kept(number).as_deref(), want, "{number}");
    }
    let nothing = Command::CheckDocument {
        kind: DocumentKind::Passport,
        number: "-----".into(),
        as_expected: true,
    };
    assert_eq!(rule(&arrived(), &nothing, AT), "refuse-incomplete");
    let mut v = arrived();
    does(&mut v, &shows(true), AT);
    assert!(!serde_json::to_string(&v).unwrap().contains("19491231"));
    let wrong = Command::CheckDocument {
        kind: DocumentKind::IdCard,
        number: "110105194912310021".into(),
        as_expected: true,
    };
    assert_eq!(rule(&v, &wrong, AT), "refuse-visit-id-wrong");
}

#[test]
fn nobody_comes_in_without_document_host_and_badge() {
    let mut v = arrived();
    assert_eq!(rule(&v, &enters(), AT), "refuse-visit-document");
    does(&mut v, &shows(true), AT);
    assert_eq!(rule(&v, &enters(), AT), "refuse-visit-host-not-asked");
    does(&mut v, &Command::AskHost { how: HostWay::Phone }, AT);
    assert_eq!(rule(&v, &enters(), AT), "refuse-visit-host-not-asked");
    let mut refused = v.clone();
    does(&mut refused, &says(false, HostWay::Phone), AT + MINUTE);
    assert_eq!(rule(&refused, &enters(), AT + MINUTE), "refuse-visit-host-said-no");
    // Asked again is not respected; another word of the host needs the reason, unless it is their own hand.
    let again = Command::AskHost { how: HostWay::Phone };
    assert_eq!(rule(&refused, &again, AT + MINUTE), "refuse-visit-host-said-no");
    assert_eq!(
        rule(&refused, &says(true, HostWay::Phone), AT + MINUTE),
        "refuse-incomplete"
    );
    does(&mut refused, &says(true, HostWay::Link), AT + 2 * MINUTE);
    does(&mut refused, &enters(), AT + 2 * MINUTE);

    does(&mut v, &says(true, HostWay::Phone), AT + MINUTE);
    let bare = Command::Enter {
        badge: " ".into(),
        accompanied_by: String::new(),
    };
    assert_eq!(rule(&v, &bare, AT + MINUTE), "refuse-incomplete");
    does(&mut v, &enters(), AT + MINUTE);
    assert_eq!(
        (v.state, v.badge.as_str(), v.badge_out),
        (VisitState::Inside, "A7", true)
    );
}

#[test]
fn nobody_is_asked_about_nobody() {
    let without = |change: fn(&mut Particulars)| {
        let mut v = arrived();
        change(&mut v.particulars);
        v
    };
    let ask = Command::AskHost { how: HostWay::Link };
    for (v, want) in [
        (without(|p| p.name.clear()), vec!["missing-visit-name"]),
        (
            without(|p| {
                p.host.clear();
                p.place.clear();
            }),
            vec!["missing-visit-whom"],
        ),
        (
            without(|p| *p = Particulars::default()),
            vec!["missing-visit-name", "missing-visit-whom"],
        ),
    ] {
        let refusal = decide(&v, &ask, &env(AT)).unwrap_err();
        let keys: Vec<_> = refusal.missing.iter().map(|m| m.key).collect();
        assert_eq!((refusal.rule, keys), ("refuse-incomplete", want));
    }
    // The unit alone or the host alone says whom to ask.
    for v in [without(|p| p.host.clear()), without(|p| p.place.clear())] {
        assert_eq!(decide(&v, &ask, &env(AT)).unwrap().len(), 1);
    }
}

#[test]
fn somebody_else_than_announced_needs_the_hosts_yes_to_this_one() {
    let mut v = arrived();
    does(&mut v, &says(true, HostWay::Phone), AT);
    does(&mut v, &shows(false), AT + MINUTE);
    assert_eq!(rule(&v, &enters(), AT + MINUTE), "refuse-visit-not-expected");
    // Nobody knows whether a yes of the very same instant was given before.
    let mut at_once = v.clone();
    does(&mut at_once, &says(true, HostWay::Phone), AT + MINUTE);
    assert_eq!(rule(&at_once, &enters(), AT + MINUTE), "refuse-visit-not-expected");
    does(&mut v, &says(true, HostWay::Phone), AT + 2 * MINUTE);
    does(&mut v, &enters(), AT + 2 * MINUTE);
}

fn inside() -> Visit {
    let mut v = arrived();
    does(&mut v, &shows(true), AT);
    does(&mut v, &says(true, HostWay::Phone), AT);
    does(&mut v, &enters(), AT);
    v
}

#[test]
fn whoever_is_inside_wears_the_badge_and_is_not_refused_reception() {
    let v = inside();
    let refuse = Command::RefuseReception {
        reason: "辱骂".into(),
        reported_to: "赵立新".into(),
    };
    for (act, cmd) in [
        (VisitAct::BadgeBack, &Command::BadgeBack),
        (VisitAct::RefuseReception, &refuse),
    ] {
        // What only ever says no is not offered.
        assert!(gate(&v, act).is_err(), "{act}");
        assert_eq!(rule(&v, cmd, AT), "refuse-visit-inside", "{act}");
    }
    let mut v = v;
    let lost = Command::Leave {
        badge_back: false,
        note: "证掉在车里".into(),
    };
    does(&mut v, &lost, AT + MINUTE);
    does(&mut v, &Command::BadgeBack, AT + 2 * MINUTE);
    assert_eq!(
        rule(&v, &Command::BadgeBack, AT + 3 * MINUTE),
        "refuse-visit-no-badge-out"
    );
    assert_eq!(v.badge_back_at, Some(AT + 2 * MINUTE));
}

#[test]
fn a_correction_is_kept_and_leaves_no_hole_in_the_register() {
    let describe = |p: Particulars| Command::Describe {
        particulars: Box::new(p),
    };
    let mut v = inside();
    // Another of the same name, and the unit that a typed place turns out to be.
    for p in [
        Particulars {
            person: Some("zhou2".into()),
            ..known()
        },
        Particulars {
            unit: Some("u".into()),
            ..known()
        },
    ] {
        does(&mut v, &describe(p.clone()), AT);
        assert_eq!(v.particulars, p);
    }
    let bare = Particulars {
        people: 1,
        ..Particulars::default()
    };
    let refusal = decide(&v, &describe(bare.clone()), &env(AT)).unwrap_err();
    let keys: Vec<_> = refusal.missing.iter().map(|m| m.key).collect();
    assert_eq!(
        keys,
        [
            "missing-visit-name",
            "missing-visit-reason",
            "missing-visit-host",
            "missing-visit-unit"
        ]
    );
    // Who waits is described bit by bit.
    does(&mut arrived(), &describe(bare), AT);
}

#[test]
fn a_badge_holds_no_identity_number() {
    let mut v = arrived();
    does(&mut v, &shows(true), AT);
    does(&mut v, &says(true, HostWay::Phone), AT);
    let typed = Command::Enter {
        badge: "11010519491231002x".into(),
        accompanied_by: String::new(),
    };
    does(&mut v, &typed, AT);
    assert!(!v.badge.contains("19491231"), "{}", v.badge);
}

#[test]
fn a_pass_is_good_once_and_in_its_window() {
    let mut v = Visit::new("FK-20261121-0002".into());
    let fact = Fact::Announced {
        particulars: Box::new(known()),
        from: AT,
        until: AT + 60 * MINUTE,
        code: "12345678".into(),
        by_host: true,
        accompany: true,
        erase_at: AT + 90 * DAY,
    };
    apply(&mut v, &fact, AT - DAY, "");
    assert_eq!(rule(&v, &Command::Arrive, AT - 1), "refuse-visit-too-early");
    assert_eq!(
        rule(&v, &Command::Arrive, AT + 60 * MINUTE + 1),
        "refuse-visit-too-late"
    );
    let mut gone = v.clone();
    does(&mut gone, &Command::Withdraw { reason: String::new() }, AT);
    assert_eq!(rule(&gone, &Command::Arrive, AT), "refuse-visit-over");
    does(&mut v, &Command::Arrive, AT + MINUTE);
    assert_eq!(v.pass_code, None);
    assert_eq!(rule(&v, &Command::Arrive, AT + MINUTE), "refuse-visit-pass-used");
    does(&mut v, &shows(true), AT + MINUTE);
    // The host has said yes beforehand, and that the visitor is to be led.
    assert_eq!(rule(&v, &enters(), AT + MINUTE), "refuse-visit-nobody-accompanies");
    let led = Command::Enter {
        badge: "1".into(),
        accompanied_by: "保安刘".into(),
    };
    does(&mut v, &led, AT + MINUTE);
    assert_eq!(v.inside_until, Some(AT + 60 * MINUTE));
    // Nobody says that the visitor left: what is personal goes all the same.
    let late = AT + MINUTE + 90 * DAY;
    let facts = look(&v, &env(late));
    assert!(facts.contains(&Fact::Erased), "{facts:?}");
    apply(&mut v, &Fact::Erased, late, "");
    assert!(!serde_json::to_string(&v).unwrap().contains("何明"));
}

#[test]
fn danger_waits_for_security() {
    let mut v = arrived();
    does(&mut v, &shows(true), AT);
    does(&mut v, &says(true, HostWay::Phone), AT);
    let alarm = Command::Alarm {
        kind: AlarmKind::Danger,
        what: "随身带刀".into(),
    };
    does(&mut v, &alarm, AT);
    assert_eq!(rule(&v, &enters(), AT), "refuse-visit-alarm");
    let said = Command::Instruct {
        from: "赵立新".into(),
        text: "收存后放行".into(),
    };
    does(&mut v, &said, AT + MINUTE);
    assert_eq!(rule(&v, &said, AT + MINUTE), "refuse-visit-no-alarm");
    does(&mut v, &enters(), AT + MINUTE);
    let silent = Command::RefuseReception {
        reason: "辱骂".into(),
        reported_to: String::new(),
    };
    assert_eq!(rule(&arrived(), &silent, AT), "refuse-incomplete");
}

#[test]
fn what_is_personal_goes_and_the_visit_stays() {
    let mut v = arrived();
    does(&mut v, &shows(true), AT);
    does(&mut v, &says(true, HostWay::Phone), AT);
    does(&mut v, &enters(), AT);
    let late = AT + 12 * 60 * MINUTE;
    assert_eq!(next_step_at(&v, env(AT).inside_ms), Some(late + 1));
    let facts = look(&v, &env(late + 1));
    assert_eq!(facts, [Fact::Overdue { due_at: late }]);
    apply(&mut v, &facts[0], late + 1, "");
    assert!(look(&v, &env(late + 2)).is_empty());
    let out = Command::Leave {
        badge_back: false,
        note: "证遗失".into(),
    };
    does(&mut v, &out, late + 2);
    assert!(v.badge_out);
    assert_eq!(look(&v, &env(late + 2 + 90 * DAY)), [Fact::Erased]);
    apply(&mut v, &Fact::Erased, late + 2 + 90 * DAY, "");
    let left = serde_json::to_string(&v).unwrap();
    for gone in ["何明", "周敏", "送货", "002X", "证遗失"] {
        assert!(!left.contains(gone), "{gone} is still there: {left}");
    }
    assert!(left.contains("3-1-1201") && v.badge_out);
    does(&mut v, &Command::BadgeBack, late + 91 * DAY);
    assert_eq!(next_step_at(&v, env(AT).inside_ms), None);
}

fn any_command() -> impl Strategy<Value = Command> {
    let words = prop_oneof![Just(String::new()), Just("x".to_owned())];
    prop_oneof![
        Just(Command::Arrive),
        Just(Command::Describe {
            particulars: Box::new(known())
        }),
        Just(Command::AskHost { how: HostWay::Phone }),
        (any::<bool>(), any::<bool>(), words.clone()).prop_map(|(yes, accompany, note)| Command::HostAnswer {
            yes,
            how: HostWay::Phone,
            note,
            accompany
        }),
        any::<bool>().prop_map(shows),
        (words.clone(), words.clone()).prop_map(|(badge, accompanied_by)| Command::Enter { badge, accompanied_by }),
        (any::<bool>(), words.clone()).prop_map(|(badge_back, note)| Command::Leave { badge_back, note }),
        Just(Command::BadgeBack),
        words.clone().prop_map(|reason| Command::TurnAway { reason }),
        (words.clone(), words.clone())
            .prop_map(|(reason, reported_to)| Command::RefuseReception { reason, reported_to }),
        words.clone().prop_map(|what| Command::Alarm {
            kind: AlarmKind::Crime,
            what
        }),
        (words.clone(), words).prop_map(|(from, text)| Command::Instruct { from, text }),
        Just(Command::Withdraw { reason: String::new() }),
    ]
}

proptest! {
    /// Whatever anybody does in whatever order: nobody is inside whom the host has not let in, whose document nobody saw, or
    /// who wears no badge.
    #[test]
    fn nobody_is_inside_who_may_not(commands in proptest::collection::vec(any_command(), 0..40)) {
        let mut v = arrived();
        for (i, cmd) in commands.iter().enumerate() {
            let now = AT + i64::try_from(i).unwrap() * MINUTE;
            let before = v.state;
            if let Ok(facts) = decide(&v, cmd, &env(now)) {
                for fact in facts {
                    apply(&mut v, &fact, now, "chen");
                }
            }
            prop_assert!(!before.is_over() || v.state.is_over(), "an end is an end");
            if v.state == VisitState::Inside && before != VisitState::Inside {
                prop_assert!(v.answer.as_ref().is_some_and(|a| a.yes) && v.document.is_some() && !v.badge.is_empty() && !v.alarmed());
            }
        }
    }
}

#[test]
fn what_is_still_needed_is_what_letting_in_asks_for() {
    let enter = Command::Enter {
        badge: "A1".into(),
        accompanied_by: "陈".into(),
    };
    let step = |v: &Visit, need: Need, rule_of: &str| {
        assert_eq!(needs(v).first(), Some(&need));
        assert_eq!(rule(v, &enter, AT + MINUTE), rule_of);
    };
    let mut v = arrived();
    v.particulars.reason.clear();
    assert!(needs(&v).contains(&Need::Particulars));
    let mut v = arrived();
    step(&v, Need::Document, "refuse-visit-document");
    does(&mut v, &shows(false), AT + MINUTE);
    step(&v, Need::Host, "refuse-visit-host-not-asked");
    does(&mut v, &says(false, HostWay::Phone), AT + 2 * MINUTE);
    step(&v, Need::No, "refuse-visit-host-said-no");
    // Whoever was announced is not who is here: a yes given beforehand is none.
    for (how, at) in [(HostWay::Announced, AT + 3 * MINUTE), (HostWay::Phone, AT - MINUTE)] {
        let mut w = v.clone();
        w.answer = w.answer.map(|a| Answer {
            yes: true,
            how,
            at,
            ..a
        });
        step(&w, Need::Again, "refuse-visit-not-expected");
    }
    // Who changes the word says why.
    let changed = Command::HostAnswer {
        yes: true,
        how: HostWay::Phone,
        note: "看错了人".into(),
        accompany: false,
    };
    does(&mut v, &changed, AT + 3 * MINUTE);
    assert!(needs(&v).is_empty());
    does(&mut v, &enter, AT + 4 * MINUTE);
    assert_eq!(v.state, VisitState::Inside);
}

#[test]
fn an_address_is_open_until_it_ends_or_is_withdrawn() {
    use crate::visit::LinkState;
    for (withdrawn, ends, want) in [
        (None, 6, LinkState::Open),
        (None, 5, LinkState::Expired),
        (Some(1), 6, LinkState::Withdrawn),
        (Some(1), 5, LinkState::Withdrawn),
    ] {
        assert_eq!(LinkState::of(withdrawn, ends, 5), want);
    }
}
