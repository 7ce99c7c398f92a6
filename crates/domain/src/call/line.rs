//! Extensions (分机) and what may be dialled from them (TEL-1, TEL-2, TEL-9).

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::fold::fold;
use crate::ids::{DepartmentId, PostId, StaffId};
use crate::phone::{area_code_len, is_mobile};
use crate::refusal::Refusal;

codes! {
    /// What an extension may reach (class of service, 话机权限). Later ones include earlier ones.
    ServiceClass {
        /// Numbers of the same area, mobiles of the area and public numbers.
        Local = "local",
        /// The whole mainland (国内长途).
        National = "national",
        /// Everywhere (国际长途).
        International = "international",
    }
}

codes! {
    /// What an extension is for, as far as a rule asks for it.
    ExtensionUse {
        Staff = "staff",
        GeneralManager = "general_manager",
        Fax = "fax",
    }
}

impl ExtensionUse {
    /// What it may reach without a request: long distance is for the general manager's telephone and the fax only (TEL-2).
    #[must_use]
    pub const fn class(self) -> ServiceClass {
        match self {
            ExtensionUse::Staff => ServiceClass::Local,
            ExtensionUse::GeneralManager | ExtensionUse::Fax => ServiceClass::International,
        }
    }
}

/// A telephone of the estate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Two to six digits.
    pub number: String,
    /// Who answers for it.
    pub owner: Option<StaffId>,
    /// The post it stands at: whoever holds the post sits there.
    pub post: Option<PostId>,
    pub department: Option<DepartmentId>,
    pub purpose: ExtensionUse,
    pub class: ServiceClass,
    /// Where it stands, in words.
    pub place: String,
}

impl Extension {
    /// Whether it can be entered so.
    ///
    /// # Errors
    /// `refuse-line-number`; `refuse-incomplete` without an owner or a post (TEL-1); `refuse-line-class` where it is to
    /// reach more than its use allows (TEL-2): that takes a request for each number.
    pub fn check(&self) -> Result<(), Refusal> {
        let digits = self.number.bytes().all(|b| b.is_ascii_digit());
        if !digits || !(2..=6).contains(&self.number.len()) {
            return Err(Refusal::new("refuse-line-number").clause("TEL-1"));
        }
        if self.owner.is_none() && self.post.is_none() {
            return Err(Refusal::new("refuse-incomplete")
                .clause("TEL-1")
                .missing(["missing-line-owner"]));
        }
        if self.class > self.purpose.class() {
            return Err(Refusal::new("refuse-line-class").clause("TEL-2"));
        }
        Ok(())
    }
}

/// Numbers of a paid information line (信息台, 声讯台).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidLine {
    /// How they begin, without an area code.
    pub prefix: String,
    /// Their fewest and most digits.
    pub digits: (usize, usize),
}

/// How numbers are dialled at a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbering {
    /// The area code of the site with its 0 (`0571`): a number written with it is not long distance. May be empty.
    pub home: String,
    /// Which are never called (TEL-9).
    pub paid: Vec<PaidLine>,
}

/// Paid information lines all over the mainland: 160 (answered by people) and 168 (by machines).
///
/// Source: libphonenumber, metadata of CN, premium rate `16[08]\d{5}` and short codes `16[08]`; the digits reach to ten, so that longer ones of
/// some cities are caught, and not to eleven, which are mobiles. Information lines that begin with 9 are a matter of each
/// province, and most such numbers are none: 95xxx and 96xxx are public numbers at the usual rate there, 962121 a hotline for
/// property services. A site adds those of its province.
const PAID: &[(&str, (usize, usize))] = &[("160", (3, 10)), ("168", (3, 10))];

impl Default for Numbering {
    fn default() -> Self {
        let paid = |(prefix, digits): &(&str, (usize, usize))| PaidLine {
            prefix: (*prefix).to_owned(),
            digits: *digits,
        };
        Numbering {
            home: String::new(),
            paid: PAID.iter().map(paid).collect(),
        }
    }
}

codes! {
    /// What a dialled number is.
    Reach {
        Local = "local",
        National = "national",
        International = "international",
        /// A paid information line, wherever it is.
        Paid = "paid",
    }
}

/// The digits of a number as it is dialled outward, without the digit that gets the line; `+` becomes 00.
///
/// # Errors
/// `refuse-dialled-number` for what is no number: other signs, fewer than three digits or more than 24.
pub fn dialled_digits(dialled: &str) -> Result<String, Refusal> {
    let wrong = || Refusal::new("refuse-dialled-number").clause("TEL-1");
    let folded = fold(dialled);
    let folded = folded.trim();
    let (plus, rest) = match folded.strip_prefix('+') {
        Some(rest) => ("00", rest),
        None => ("", folded),
    };
    let signs = |c: char| matches!(c, ' ' | '-' | '(' | ')' | '.');
    if !rest.chars().all(|c| c.is_ascii_digit() || signs(c)) {
        return Err(wrong());
    }
    let digits: String = plus.chars().chain(rest.chars().filter(char::is_ascii_digit)).collect();
    if (3..=24).contains(&digits.len()) {
        Ok(digits)
    } else {
        Err(wrong())
    }
}

/// What class of service a number needs. Hong Kong, Macau and Taiwan are dialled as international.
///
/// # Errors
/// `refuse-dialled-number`.
pub fn class_needed(dialled: &str, numbering: &Numbering) -> Result<Reach, Refusal> {
    let digits = dialled_digits(dialled)?;
    let (through_carrier, digits) = match carrier(&digits) {
        Some(rest) => (true, rest),
        None => (false, digits.as_str()),
    };
    let reach = if let Some(abroad) = digits.strip_prefix("00") {
        match abroad.strip_prefix("86") {
            Some(home) if numbering.is_paid(home) || numbering.is_paid_in_area(&format!("0{home}")) => Reach::Paid,
            Some(_) => Reach::National,
            None => Reach::International,
        }
    } else if let Some(without) = digits.strip_prefix('0') {
        if numbering.is_paid_in_area(digits) || numbering.is_paid(without) {
            Reach::Paid
        } else if !is_mobile(without) && numbering.is_home(digits) {
            Reach::Local
        } else {
            Reach::National
        }
    } else if numbering.is_paid(digits) {
        Reach::Paid
    } else {
        Reach::Local
    };
    Ok(match reach {
        // Whoever chooses a carrier first makes a long-distance call.
        Reach::Local if through_carrier => Reach::National,
        reach => reach,
    })
}

/// What is dialled behind the five digits that choose a carrier for a long-distance call (17909, 17951, 19300): in libphonenumber
/// `1[129]\d{3}` and `179\d{2}` before a 0. Mobiles begin alike, and 179xx is dialled before mobiles without a 0 too.
fn carrier(digits: &str) -> Option<&str> {
    if is_mobile(digits) && !digits.starts_with("179") {
        return None;
    }
    let (code, rest) = digits.split_at_checked(5)?;
    let before_zero = ["11", "12", "19", "179"].iter().any(|p| code.starts_with(p)) && rest.starts_with('0');
    let internet = code.starts_with("179") && rest.len() >= 7;
    (before_zero || internet).then_some(rest)
}

impl Numbering {
    fn is_paid(&self, number: &str) -> bool {
        self.paid.iter().any(|line| {
            !line.prefix.is_empty()
                && number.starts_with(&line.prefix)
                && (line.digits.0..=line.digits.1).contains(&number.len())
        })
    }

    /// The same of a number with an area code.
    fn is_paid_in_area(&self, digits: &str) -> bool {
        area_code_len(digits)
            .and_then(|area| digits.get(area..))
            .is_some_and(|number| self.is_paid(number))
    }

    fn is_home(&self, digits: &str) -> bool {
        !self.home.is_empty()
            && digits.starts_with(&self.home)
            && area_code_len(digits).is_some_and(|area| area == self.home.len())
    }
}

/// Whether a number may be dialled from an extension of this class without a request.
///
/// # Errors
/// `refuse-dialled-number`; `refuse-paid-line` for a paid information line, whatever the class (TEL-9); `refuse-class-national` and
/// `refuse-class-international` where the class does not reach so far (TEL-2).
pub fn may_call(class: ServiceClass, dialled: &str, numbering: &Numbering) -> Result<(), Refusal> {
    let refuse = |rule| Err(Refusal::new(rule).clause("TEL-2"));
    match class_needed(dialled, numbering)? {
        Reach::Paid => Err(Refusal::new("refuse-paid-line").clause("TEL-9")),
        Reach::National if class < ServiceClass::National => refuse("refuse-class-national"),
        Reach::International if class < ServiceClass::International => refuse("refuse-class-international"),
        Reach::Local | Reach::National | Reach::International => Ok(()),
    }
}
