use proptest::prelude::*;

use super::super::line::{
    Extension, ExtensionUse, Numbering, PaidLine, Reach, ServiceClass, class_needed, dialled_digits, may_call,
};

pub(super) fn hangzhou() -> Numbering {
    Numbering {
        home: "0571".into(),
        ..Numbering::default()
    }
}

pub(super) fn staff(number: &str) -> Extension {
    Extension {
        number: number.into(),
        owner: Some("li".into()),
        post: None,
        department: None,
        purpose: ExtensionUse::Staff,
        class: ServiceClass::Local,
        place: "前台".into(),
    }
}

#[test]
fn what_a_number_needs() {
    use Reach::{International, Local, National, Paid};
    for (dialled, want) in [
        ("86001200", Local),
        ("8600-1200", Local),
        ("110", Local),
        ("95588", Local),
        ("12345", Local),
        ("962121", Local),
        ("4008001200", Local),
        ("13800006688", Local),
        ("１３８００００６６８８", Local),
        ("16612345678", Local),
        // Begins as a carrier and a 0 do.
        ("19912012345", Local),
        ("057186001200", Local),
        ("0571-86001200", Local),
        ("01066668888", National),
        ("0575 8600 1200", National),
        ("013800006688", National),
        ("+86 13800006688", National),
        ("0086 571 86001200", National),
        ("17909 010 66668888", National),
        ("17951 13800006688", National),
        ("17909 0571 86001200", National),
        ("19300 010 66668888", National),
        ("001 415 555 0100", International),
        ("+85221234567", International),
        ("17909 001 415 555 0100", International),
        ("160", Paid),
        ("168", Paid),
        ("16812345", Paid),
        ("0571 16812345", Paid),
        ("010 168 12345", Paid),
        ("0160 12345", Paid),
        ("+86 10 16812345", Paid),
        ("17909 010 16812345", Paid),
    ] {
        assert_eq!(class_needed(dialled, &hangzhou()), Ok(want), "{dialled}");
    }
    // Without a home the own area code is one as any.
    assert_eq!(class_needed("057186001200", &Numbering::default()), Ok(National));
    for dialled in ["", "12", "abc", "*72", "0571#1", "1234567890123456789012345"] {
        let refusal = class_needed(dialled, &hangzhou()).unwrap_err();
        assert_eq!(refusal.rule, "refuse-dialled-number", "{dialled}");
    }
}

#[test]
fn a_site_adds_the_paid_lines_of_its_province() {
    let mut numbering = hangzhou();
    assert_eq!(class_needed("96900", &numbering), Ok(Reach::Local));
    numbering.paid.push(PaidLine {
        prefix: "969".into(),
        digits: (5, 6),
    });
    assert_eq!(class_needed("96900", &numbering), Ok(Reach::Paid));
    assert_eq!(class_needed("0571 96900", &numbering), Ok(Reach::Paid));
    assert_eq!(class_needed("96900123", &numbering), Ok(Reach::Local));
}

#[test]
fn what_a_class_may_dial() {
    use ServiceClass::{International, Local, National};
    let rule = |class, dialled| {
        may_call(class, dialled, &hangzhou())
            .err()
            .map(|refusal| (refusal.rule, refusal.clause))
    };
    let national = Some(("refuse-class-national", Some("TEL-2")));
    let abroad = Some(("refuse-class-international", Some("TEL-2")));
    for (dialled, by_local, by_national) in [
        ("86001200", None, None),
        ("119", None, None),
        ("01066668888", national, None),
        ("0014155550100", abroad, abroad),
    ] {
        assert_eq!(rule(Local, dialled), by_local, "{dialled}");
        assert_eq!(rule(National, dialled), by_national, "{dialled}");
        assert_eq!(rule(International, dialled), None, "{dialled}");
    }
    // Nobody calls a paid information line.
    for class in ServiceClass::ALL {
        assert_eq!(rule(*class, "16812345"), Some(("refuse-paid-line", Some("TEL-9"))));
    }
}

#[test]
fn an_extension_has_an_owner_and_the_class_of_its_use() {
    let rule = |extension: &Extension| extension.check().err().map(|refusal| refusal.rule);
    assert_eq!(rule(&staff("8002")), None);
    for number in ["", "1", "80a2", "8002001", "８００２"] {
        assert_eq!(rule(&staff(number)), Some("refuse-line-number"), "{number}");
    }
    let nobody = Extension {
        owner: None,
        ..staff("8002")
    };
    assert_eq!(rule(&nobody), Some("refuse-incomplete"));
    let post = Extension {
        post: Some("desk".into()),
        ..nobody
    };
    assert_eq!(rule(&post), None);
    for (purpose, class, want) in [
        (ExtensionUse::Staff, ServiceClass::National, Some("refuse-line-class")),
        (
            ExtensionUse::Staff,
            ServiceClass::International,
            Some("refuse-line-class"),
        ),
        (ExtensionUse::GeneralManager, ServiceClass::International, None),
        (ExtensionUse::Fax, ServiceClass::International, None),
    ] {
        let extension = Extension {
            purpose,
            class,
            ..staff("8002")
        };
        assert_eq!(rule(&extension), want, "{purpose} {class}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_text_is_a_number_or_refused(text in ".{0,30}", digits in "[0-9 +()-]{0,26}") {
        for text in [text, digits] {
            let numbering = hangzhou();
            let reach = class_needed(&text, &numbering);
            prop_assert_eq!(reach.is_ok(), dialled_digits(&text).is_ok());
            // Who may dial it with less may dial it with more.
            let may = ServiceClass::ALL.iter().map(|class| may_call(*class, &text, &numbering).is_ok());
            prop_assert!(may.is_sorted());
        }
    }
}
