//! The registers (登记簿): what is written down in the course of service, each as a form of the quality system has it. Nothing
//! of them is deleted; a correction leaves the old text to be read (COM-11).

use crate::codes::codes;
use crate::refusal::Refusal;

codes! {
    /// A register.
    Register {
        /// 用户来电来访登记表 (VIS-2).
        Contacts = "contacts",
        /// 与顾客沟通登记表, one for each post (COM-11).
        Communication = "communication",
        /// 工作联系单.
        Orders = "orders",
        /// 顾客来访/投诉处理单 (COM-18).
        Complaints = "complaints",
        /// 访客登记 (VIS-3).
        Visitors = "visitors",
        /// 修理回访记录 (COM-12).
        Callbacks = "callbacks",
    }
}

codes! {
    /// A post that keeps a communication register of its own (COM-11). The code is that of its department.
    Post {
        Office = "customer_service",
        Finance = "finance",
        Repair = "engineering",
        Security = "security",
    }
}

impl Register {
    /// The fields that may be corrected.
    #[must_use]
    pub const fn correctable(self) -> &'static [&'static str] {
        match self {
            Register::Contacts | Register::Communication => {
                &["col-name", "col-place", "col-content", "register-answer"]
            }
            Register::Orders => &["col-place", "col-content"],
            Register::Complaints => &["col-name", "col-place", "col-content"],
            Register::Visitors => &["col-name", "register-reason", "register-host"],
            Register::Callbacks => &["col-name", "col-place", "col-content"],
        }
    }
}

/// Whether two texts have the same words: a form sends the ends of lines in its own way.
#[must_use]
pub fn same_words(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// Whether a correction may be written: of a field that has words, with other words and a reason.
///
/// # Errors
/// `refuse-register-field`, `refuse-nothing-changed`, `refuse-incomplete`.
pub fn may_correct(register: Register, field: &str, was: &str, text: &str, reason: &str) -> Result<(), Refusal> {
    if !register.correctable().contains(&field) {
        return Err(Refusal::new("refuse-register-field").clause("COM-11"));
    }
    let mut missing = Vec::new();
    if text.trim().is_empty() {
        missing.push("missing-register-text");
    }
    if reason.trim().is_empty() {
        missing.push("missing-reason");
    }
    if !missing.is_empty() {
        return Err(Refusal::new("refuse-incomplete").clause("COM-11").missing(missing));
    }
    if was.trim() == text.trim() {
        return Err(Refusal::new("refuse-register-same").clause("COM-11"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_changes_words_of_a_field_and_says_why() {
        let rule = |field, was, text, reason| {
            may_correct(Register::Contacts, field, was, text, reason).map_err(|r| (r.rule, r.missing.len()))
        };
        assert_eq!(rule("col-content", "漏水", "主卫漏水", "听错了"), Ok(()));
        assert_eq!(rule("col-phone", "1", "2", "x"), Err(("refuse-register-field", 0)));
        assert_eq!(rule("col-content", "漏水", " ", ""), Err(("refuse-incomplete", 2)));
        assert_eq!(
            rule("col-content", "漏水", "漏水 ", "x"),
            Err(("refuse-register-same", 0))
        );
        assert!(same_words("漏水\n两天", "漏水\r\n两天 ") && !same_words("漏水", "漏 水"));
    }
}
