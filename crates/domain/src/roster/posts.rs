//! The posts that ship with the product: their hours, shifts and opening checklists. Data, changed by each site.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::attend::Item;
use crate::data_error::DataError;
use crate::time::DayHours;

/// One shift pattern of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternPlan {
    /// One or two characters in the week's table.
    pub sign: String,
    pub zh: String,
    pub en: String,
    /// One interval: `23:30-07:30` ends on the next day.
    pub hours: DayHours,
}

/// One post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostPlan {
    pub code: String,
    pub zh: String,
    pub en: String,
    /// Code of the department whose people hold it.
    pub department: String,
    /// When it must be held, Mondays to Fridays; empty: it need not be.
    pub workdays: DayHours,
    /// Saturdays and Sundays.
    pub weekend: DayHours,
    /// People at the same time, at least.
    pub needed: u32,
    pub patterns: Vec<PatternPlan>,
    pub checklist: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    posts: Vec<PostPlan>,
}

/// Reads and checks a list of posts.
///
/// # Errors
/// [`DataError`] with the code of the post that is wrong.
pub fn parse(json: &str) -> Result<Vec<PostPlan>, DataError> {
    let file: File = serde_json::from_str(json)?;
    let mut codes = HashSet::new();
    for p in &file.posts {
        if [&p.code, &p.zh, &p.en, &p.department]
            .iter()
            .any(|t| t.trim().is_empty())
        {
            return Err(DataError::at(&p.code, "every field must be filled in"));
        }
        if !codes.insert(p.code.as_str()) {
            return Err(DataError::at(&p.code, "stands twice"));
        }
        if p.patterns.iter().any(|x| x.hours.spans().len() != 1) {
            return Err(DataError::at(&p.code, "a shift is one interval"));
        }
        let mut items = HashSet::new();
        if !p.checklist.iter().all(|i| items.insert(i.code.as_str())) {
            return Err(DataError::at(&p.code, "a code of the checklist stands twice"));
        }
    }
    Ok(file.posts)
}

/// The posts that ship with the product.
///
/// # Errors
/// Never for the shipped file, which a test rules out.
pub fn default_posts() -> Result<Vec<PostPlan>, DataError> {
    parse(include_str!("../../../../standards/duty-posts.json"))
}
