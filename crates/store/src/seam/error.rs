//! What can go wrong in the store, in words that are the same for both engines.

use std::fmt;

/// Result of everything the store does.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure of the store. `kind` says what a caller can do about it, `source` is for the log: it names no personal
/// value (PostgreSQL's DETAIL line, which quotes the row, is left out).
#[derive(Debug)]
pub struct Error {
    pub kind: ErrorKind,
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The kinds a caller may want to tell apart.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A row that had to be there is not.
    NotFound,
    /// A second row with the same key. The name is PostgreSQL's on both engines: that of the unique index, or
    /// `table_pkey`, or `table_column_column_key`.
    Unique { constraint: String },
    /// A reference to a row that is not there, or the removal of one that is referred to.
    ForeignKey,
    /// A CHECK, NOT NULL or type rule of the schema said no.
    Check,
    /// Another transaction was in the way; running the closure again is right (and was tried several times).
    Serialization,
    /// The database did not get to it in time: locked, queue full, statement timeout.
    Busy,
    /// The disk is full.
    Full,
    /// A write on a reading connection, or a database that may not be written.
    ReadOnly,
    /// No connection, or it was lost. If it was lost during COMMIT it is unknown whether the work was kept.
    Connection,
    /// The database was written by a newer version of the program.
    TooNew,
    /// An earlier statement of this transaction failed and the closure went on as if it had not.
    Aborted,
    /// A closure panicked; its work was undone.
    Panic,
    /// Anything else: a programming mistake or a damaged database.
    Other,
}

impl Error {
    /// An error with a text of our own.
    pub fn new(kind: ErrorKind, text: impl Into<String>) -> Error {
        Error {
            kind,
            source: Some(text.into().into()),
        }
    }

    /// A failure of kind `Other`.
    pub fn other(text: impl Into<String>) -> Error {
        Error::new(ErrorKind::Other, text)
    }

    /// True if running the same closure again may succeed.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Serialization | ErrorKind::Busy | ErrorKind::Connection
        )
    }

    /// True if a unique rule of this name was violated.
    pub fn is_unique(&self, name: &str) -> bool {
        matches!(&self.kind, ErrorKind::Unique { constraint } if constraint == name)
    }

    /// The same failure for one more receiver (a batch fails as a whole); the source becomes its text.
    pub(crate) fn again(&self) -> Error {
        Error {
            kind: self.kind.clone(),
            source: self.source.as_ref().map(|s| s.to_string().into()),
        }
    }

    pub(crate) fn at(mut self, sql: &str) -> Error {
        let head: String = sql
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(160)
            .collect();
        let cause = self.source.as_ref().map_or_else(String::new, ToString::to_string);
        self.source = Some(format!("{cause} [{head}]").into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match &self.kind {
            ErrorKind::Unique { constraint } => return write!(f, "not unique: {constraint}"),
            ErrorKind::NotFound => "not found",
            ErrorKind::ForeignKey => "foreign key",
            ErrorKind::Check => "schema rule",
            ErrorKind::Serialization => "conflicting transactions",
            ErrorKind::Busy => "busy",
            ErrorKind::Full => "disk full",
            ErrorKind::ReadOnly => "read only",
            ErrorKind::Connection => "no connection",
            ErrorKind::TooNew => "database is newer than the program",
            ErrorKind::Aborted => "transaction already failed",
            ErrorKind::Panic => "panic",
            ErrorKind::Other => "store",
        };
        match &self.source {
            Some(s) => write!(f, "{name}: {s}"),
            None => f.write_str(name),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|s| s as &(dyn std::error::Error + 'static))
    }
}

pub(crate) fn from_pg(e: &postgres::Error) -> Error {
    use ErrorKind as K;
    let Some(db) = e.as_db_error() else {
        let text = std::error::Error::source(e).map_or_else(|| e.to_string(), |s| format!("{e}: {s}"));
        let io = std::error::Error::source(e).is_some_and(|s| s.is::<std::io::Error>());
        return Error::new(if e.is_closed() || io { K::Connection } else { K::Other }, text);
    };
    let code = db.code().code();
    let kind = match code {
        "23505" => K::Unique {
            constraint: db.constraint().unwrap_or("").to_owned(),
        },
        "23503" => K::ForeignKey,
        "23514" | "23502" | "22P02" | "22021" => K::Check,
        "40001" | "40P01" => K::Serialization,
        "55P03" | "57014" => K::Busy,
        "53100" => K::Full,
        "25006" => K::ReadOnly,
        "25P02" => K::Aborted,
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "53300" => K::Connection,
        c if c.starts_with("08") => K::Connection,
        _ => K::Other,
    };
    Error::new(kind, format!("{code} {}", db.message()))
}

/// `unique` finds the name of the violated rule from SQLite's text (`table.a, table.b`).
pub(crate) fn from_lite(e: &rusqlite::Error, unique: impl FnOnce(&str) -> String) -> Error {
    use ErrorKind as K;
    let rusqlite::Error::SqliteFailure(code, text) = e else {
        return Error::other(e.to_string());
    };
    let text = text.clone().unwrap_or_else(|| code.to_string());
    let kind = match code.extended_code {
        // SQLITE_CONSTRAINT_ UNIQUE, PRIMARYKEY, ROWID
        2067 | 1555 | 2579 => K::Unique {
            constraint: unique(&text),
        },
        787 => K::ForeignKey,
        // every other constraint: CHECK, NOTNULL, DATATYPE, TRIGGER …
        c if c & 0xff == 19 => K::Check,
        c => match c & 0xff {
            5 | 6 => K::Busy,
            8 => K::ReadOnly,
            13 => K::Full,
            14 => K::Connection,
            _ => K::Other,
        },
    };
    Error::new(kind, format!("{} {text}", code.extended_code))
}
