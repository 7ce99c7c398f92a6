//! Lists with optional filters. A builder function makes a `Q` from a filter; only a `dynamic` statement of
//! [`sql!`](crate::seam::sql) can run it, and that demands the function that gives filters for all its variants.

use super::value::{Arg, Param};

/// A statement put together from fragments; `?` in a fragment is its next parameter (so no `?` may stand in a literal).
///
/// ```ignore
/// fn list_q(f: &Filter) -> Q<'_> {
///     Q::new("SELECT id, title FROM cases WHERE site_id = ?", &[&f.site])
///         .opt("AND state = ?", f.state.as_ref())
///         .one_of("AND kind", &f.kinds)
///         .opt2("AND (due_at, id) > (?, ?)", f.after.as_ref())
///         .push("ORDER BY due_at, id LIMIT ?", &[&f.limit])
/// }
/// ```
pub struct Q<'a> {
    sql: String,
    args: Vec<Arg<'a>>,
    optional: Vec<(String, bool)>,
}

impl<'a> Q<'a> {
    /// Starts with what is always there.
    #[must_use]
    pub fn new(head: &str, args: &[&'a dyn Param]) -> Q<'a> {
        Q {
            sql: String::with_capacity(512),
            args: Vec::new(),
            optional: Vec::new(),
        }
        .push(head, args)
    }

    /// Adds a fragment.
    #[must_use]
    pub fn push(mut self, fragment: &str, args: &[&'a dyn Param]) -> Q<'a> {
        self.add(fragment, args.iter().map(|a| a.arg()));
        self
    }

    /// Adds a fragment with one parameter if there is a value.
    #[must_use]
    pub fn opt<T: Param>(mut self, fragment: &str, value: Option<&'a T>) -> Q<'a> {
        self.optional.push((fragment.to_owned(), value.is_some()));
        if let Some(v) = value {
            self.add(fragment, [v.arg()].into_iter());
        }
        self
    }

    /// Adds a fragment with two parameters (a keyset cursor) if there is a value.
    #[must_use]
    pub fn opt2<T: Param, U: Param>(mut self, fragment: &str, value: Option<&'a (T, U)>) -> Q<'a> {
        self.optional.push((fragment.to_owned(), value.is_some()));
        if let Some((t, u)) = value {
            self.add(fragment, [t.arg(), u.arg()].into_iter());
        }
        self
    }

    /// Adds a fragment without parameters if `on`: a switch, or one of several orders.
    #[must_use]
    pub fn when(mut self, on: bool, fragment: &str) -> Q<'a> {
        self.optional.push((fragment.to_owned(), on));
        if on {
            self.add(fragment, std::iter::empty());
        }
        self
    }

    /// Adds `head IN (…)` unless the list is empty (no filter). Lengths are rounded up to 1, 4, 16, 64, … by repeating the
    /// last value, so that few different statements are prepared.
    #[must_use]
    pub fn one_of<T: Param>(mut self, head: &str, values: &'a [T]) -> Q<'a> {
        self.optional.push((format!("{head} IN"), !values.is_empty()));
        if let Some(last) = values.last() {
            let mut size = 1;
            while size < values.len() {
                size *= 4;
            }
            let marks = vec!["?"; size].join(", ");
            let args = (0..size).map(|i| values.get(i).unwrap_or(last).arg());
            self.add(&format!("{head} IN ({marks})"), args);
        }
        self
    }

    fn add(&mut self, fragment: &str, args: impl Iterator<Item = Arg<'a>>) {
        if !self.sql.is_empty() {
            self.sql.push(' ');
        }
        let mut n = self.args.len();
        for c in fragment.chars() {
            if c == '?' {
                n += 1;
                self.sql.push('$');
                self.sql.push_str(&n.to_string());
            } else {
                self.sql.push(c);
            }
        }
        self.args.extend(args);
        assert_eq!(n, self.args.len(), "as many parameters as question marks: {fragment}");
    }

    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }

    #[must_use]
    pub fn args(&self) -> &[Arg<'a>] {
        &self.args
    }

    pub(crate) fn optional(&self) -> &[(String, bool)] {
        &self.optional
    }
}
