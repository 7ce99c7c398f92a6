//! The one error of all use cases. What the user reads is a translation key; the cause stays inside.

use domain::refusal::Refusal;

/// Result of a use case.
pub type Res<T> = Result<T, Error>;

/// Why a use case did not do what was asked.
#[derive(Debug, Clone)]
pub enum Error {
    /// Not there, or not visible to this actor: the two look alike from outside.
    NotFound,
    /// Nobody is signed in, or the token is unknown.
    Unauthenticated,
    /// Visible, but not for this actor; the key says why.
    Forbidden(&'static str),
    /// Somebody else changed it meanwhile: the version asked with and the version that is there.
    Conflict { seen: i64, current: i64 },
    /// Fields that cannot be taken as they are.
    Invalid(Vec<Field>),
    /// A rule of the procedures says no, and what is missing.
    Refused(Box<Refusal>),
    /// Too many attempts; again after so many seconds.
    Throttled { seconds: i64 },
    /// The machine cannot now: disk full, database away. Nothing was written.
    Unavailable(&'static str),
    /// Our fault. The text is for the log only.
    Internal(String),
}

/// One field that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name of the form field.
    pub name: String,
    /// Translation key of the reason.
    pub key: &'static str,
    /// Values for the text's placeholders.
    pub args: Vec<(&'static str, String)>,
}

impl Error {
    /// One refused field without arguments.
    pub fn field(name: &str, key: &'static str) -> Error {
        Error::Invalid(vec![Field {
            name: name.to_owned(),
            key,
            args: Vec::new(),
        }])
    }

    /// An inner failure, for the log.
    pub fn internal(e: impl std::fmt::Display) -> Error {
        Error::Internal(e.to_string())
    }
}

/// Refuses who saw another version than there is.
pub(crate) fn same_version(seen: i64, current: i64) -> Res<()> {
    if seen == current {
        Ok(())
    } else {
        Err(Error::Conflict { seen, current })
    }
}

/// Refuses when a row was not saved, since somebody else has changed it after it was read as `seen`.
pub(crate) fn saved(rows: u64, seen: i64) -> Res<()> {
    if rows == 1 {
        Ok(())
    } else {
        Err(Error::Conflict {
            seen,
            current: seen + 1,
        })
    }
}

impl From<Refusal> for Error {
    fn from(r: Refusal) -> Error {
        Error::Refused(Box::new(r))
    }
}

impl From<serde_json::Error> for Error {
    fn from(e: serde_json::Error) -> Error {
        Error::Internal(format!("json: {e}"))
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::NotFound => f.write_str("not found"),
            Error::Unauthenticated => f.write_str("unauthenticated"),
            Error::Forbidden(key) => write!(f, "forbidden: {key}"),
            Error::Conflict { seen, current } => write!(f, "changed meanwhile: saw {seen}, is {current}"),
            Error::Invalid(fields) => {
                f.write_str("invalid:")?;
                fields.iter().try_for_each(|x| write!(f, " {}={}", x.name, x.key))
            }
            Error::Refused(r) => write!(f, "refused: {}", r.rule),
            Error::Throttled { seconds } => write!(f, "throttled for {seconds} s"),
            Error::Unavailable(key) => write!(f, "unavailable: {key}"),
            Error::Internal(text) => write!(f, "internal: {text}"),
        }
    }
}

impl std::error::Error for Error {}

/// Collects refused fields, so that a form shows all of them at once.
#[derive(Default)]
pub struct Fields(Vec<Field>);

impl Fields {
    pub fn add(&mut self, name: &str, key: &'static str) {
        self.0.push(Field {
            name: name.to_owned(),
            key,
            args: Vec::new(),
        });
    }

    pub fn add_with(&mut self, name: &str, key: &'static str, args: Vec<(&'static str, String)>) {
        self.0.push(Field {
            name: name.to_owned(),
            key,
            args,
        });
    }

    /// Refuses a text of more characters than there is room for.
    pub fn at_most(&mut self, name: &str, text: &str, most: usize) {
        if text.trim().chars().count() > most {
            self.add_with(name, "invalid-too-long", vec![("most", most.to_string())]);
        }
    }

    /// # Errors
    /// `Invalid` when any field was refused.
    pub fn done(self) -> Res<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(self.0))
        }
    }
}

impl From<store::seam::Error> for Error {
    fn from(e: store::seam::Error) -> Error {
        use store::seam::ErrorKind as K;
        match &e.kind {
            K::NotFound => Error::NotFound,
            K::Full => Error::Unavailable("unavailable-full"),
            K::Busy | K::Serialization => Error::Unavailable("unavailable-busy"),
            K::Connection => Error::Unavailable("unavailable-database"),
            _ => Error::Internal(e.to_string()),
        }
    }
}
