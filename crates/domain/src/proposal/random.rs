//! Random steps by random people on a proposal for a new service: nobody is told before it is decided, and a last word that was
//! told stands.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::access::{Action, Role};
use crate::process::{Process, walks};
use crate::random::{self, AT, DAY, Said, Step, arrow, json, may, must, readable, reads_as, staff, unchanged};

static DIAGRAM: LazyLock<Process> = LazyLock::new(|| walks::of_proposal(AT));

fn sound(p: &Proposal) -> Said {
    must(
        (p.state == ProposalState::Open) == p.decision.is_none(),
        "decided and open",
    )?;
    must(
        (p.decision == Some(Decision::Later)) == p.again_at.is_some(),
        "put off to no time",
    )?;
    reads_as(&json(p), p)
}

fn step(p: &mut Proposal, step: &Step, now: i64) -> Said {
    let old = p.clone();
    let decides = match (step.forward, old.state) {
        (true, ProposalState::Open) => true,
        (true, _) => step.pick.is_multiple_of(3),
        (false, _) => step.what.is_multiple_of(2),
    };
    let head = staff("li", &[Role::CsHead], "here");
    let who = if step.forward { head } else { step.who.clone() };
    let (act, right) = if decides {
        ("proposal_decide", Action::DecideProposal)
    } else {
        ("proposal_tell", Action::ReportOutside)
    };
    if !may(&who, right) {
        return Ok(());
    }
    let decision = step.of(Decision::ALL);
    let again = (!step.pick.is_multiple_of(5)).then_some(if step.yes { now + DAY } else { now });
    let open = old.open_to_decide().is_ok();
    let done = if decides {
        p.decide(decision, &step.text, again, now)
    } else {
        p.tell(&step.text)
    };
    if let Err(refusal) = done {
        readable(&refusal)?;
        return unchanged(&old, p);
    }
    must(!step.text.trim().is_empty(), "without a word")?;
    if decides {
        must(open, "decided, and it was said not to be open")?;
        must(p.decision == Some(decision), "decided otherwise")?;
        must(p.again_at.is_none_or(|at| at > now), "put off to what is past")?;
        let told = old.state == ProposalState::Told && old.decision != Some(Decision::Later);
        must(!told, "a last word that was told is taken back")?;
    } else {
        must(old.state == ProposalState::Decided, "told twice, or of nothing")?;
        must(
            (p.decision, p.again_at) == (old.decision, old.again_at),
            "told, and decided otherwise",
        )?;
    }
    arrow(&DIAGRAM, Some(old.state.as_str()), act, p.state.as_str())?;
    sound(p)
}

proptest! {
    #![proptest_config(random::lives(256))]
    #[test]
    fn anybody_does_anything_with_a_proposal(steps in random::steps(60)) {
        let (mut p, mut now) = (Proposal::NEW, AT);
        for one in &steps {
            now += one.wait;
            let said = step(&mut p, one, now);
            prop_assert!(said.is_ok(), "{}\nat {one:?}\nof {p:?}", said.unwrap_err());
        }
    }
}
