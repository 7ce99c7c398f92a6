//! Values on their way in (`Param`) and out (`Col`). Four types are all there is: 64-bit integers, booleans, texts and
//! bytes, each possibly missing. SQLite keeps a boolean as 0 or 1.

use super::error::{Error, Result};

/// The type of a column or parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlType {
    Int,
    Bool,
    Text,
    Bytes,
}

/// A value given to a statement.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'a> {
    Int(i64),
    Bool(bool),
    Text(&'a str),
    Bytes(&'a [u8]),
    Null(SqlType),
}

impl Arg<'_> {
    pub(crate) fn sql_type(&self) -> SqlType {
        match self {
            Arg::Int(_) => SqlType::Int,
            Arg::Bool(_) => SqlType::Bool,
            Arg::Text(_) => SqlType::Text,
            Arg::Bytes(_) => SqlType::Bytes,
            Arg::Null(t) => *t,
        }
    }

    pub(crate) fn pg(&self) -> &(dyn postgres::types::ToSql + Sync) {
        match self {
            Arg::Int(v) => v,
            Arg::Bool(v) => v,
            Arg::Text(v) => v,
            Arg::Bytes(v) => v,
            Arg::Null(SqlType::Int) => &None::<i64>,
            Arg::Null(SqlType::Bool) => &None::<bool>,
            Arg::Null(SqlType::Text) => &None::<&'static str>,
            Arg::Null(SqlType::Bytes) => &None::<&'static [u8]>,
        }
    }
}

impl rusqlite::ToSql for Arg<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Arg::Int(v) => ValueRef::Integer(*v),
            Arg::Bool(v) => ValueRef::Integer(i64::from(*v)),
            Arg::Text(v) => ValueRef::Text(v.as_bytes()),
            Arg::Bytes(v) => ValueRef::Blob(v),
            Arg::Null(_) => ValueRef::Null,
        }))
    }
}

/// What may be given to a statement: the basic types, their `Option`s, references to them, and the domain's ids
/// through [`col_id!`](crate::seam::col_id).
pub trait Param {
    fn sql_type() -> SqlType
    where
        Self: Sized;
    fn arg(&self) -> Arg<'_>;
}

macro_rules! param {
    ($($t:ty, $kind:ident, $v:ident => $e:expr;)*) => { $(
        impl Param for $t {
            fn sql_type() -> SqlType { SqlType::$kind }
            fn arg(&self) -> Arg<'_> { let $v = self; Arg::$kind($e) }
        }
    )* };
}
param! {
    i64, Int, v => *v;
    bool, Bool, v => *v;
    String, Text, v => v;
    &str, Text, v => v;
    Vec<u8>, Bytes, v => v;
    &[u8], Bytes, v => v;
}

impl<T: Param> Param for &T {
    fn sql_type() -> SqlType {
        T::sql_type()
    }
    fn arg(&self) -> Arg<'_> {
        (**self).arg()
    }
}

impl<T: Param> Param for Option<T> {
    fn sql_type() -> SqlType {
        T::sql_type()
    }
    fn arg(&self) -> Arg<'_> {
        match self {
            Some(v) => v.arg(),
            None => Arg::Null(T::sql_type()),
        }
    }
}

/// A value read from a row.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'a> {
    Null,
    Int(i64),
    Bool(bool),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl<'a> postgres::types::FromSql<'a> for Cell<'a> {
    fn from_sql(
        ty: &postgres::types::Type,
        raw: &'a [u8],
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        use postgres::types::Type;
        Ok(match *ty {
            Type::INT8 => Cell::Int(i64::from_sql(ty, raw)?),
            Type::BOOL => Cell::Bool(bool::from_sql(ty, raw)?),
            Type::BYTEA => Cell::Bytes(raw),
            _ => Cell::Text(<&str>::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_: &postgres::types::Type) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Cell::Null)
    }

    fn accepts(ty: &postgres::types::Type) -> bool {
        sql_type_of(ty).is_some()
    }
}

/// Our type of a PostgreSQL type; `None` for those the seam does not carry (int4, numeric …: cast them).
pub(crate) fn sql_type_of(ty: &postgres::types::Type) -> Option<SqlType> {
    use postgres::types::Type;
    Some(match *ty {
        Type::INT8 => SqlType::Int,
        Type::BOOL => SqlType::Bool,
        Type::BYTEA => SqlType::Bytes,
        Type::TEXT | Type::VARCHAR | Type::NAME => SqlType::Text,
        _ => return None,
    })
}

/// What can be read from a column.
pub trait Col: Sized {
    /// True for `Option`: the column may be NULL.
    const NULLABLE: bool = false;
    fn col_type() -> SqlType;
    fn read(cell: Cell<'_>) -> Result<Self>;
}

/// The error for a cell of the wrong type.
pub fn mismatch<T>(cell: Cell<'_>) -> Error {
    let found = match cell {
        Cell::Null => "NULL",
        Cell::Int(_) => "an integer",
        Cell::Bool(_) => "a boolean",
        Cell::Text(_) => "a text",
        Cell::Bytes(_) => "bytes",
    };
    Error::other(format!("a column of type {} holds {found}", std::any::type_name::<T>()))
}

macro_rules! col {
    ($($t:ty, $kind:ident, $($p:pat => $e:expr),*;)*) => { $(
        impl Col for $t {
            fn col_type() -> SqlType { SqlType::$kind }
            fn read(cell: Cell<'_>) -> Result<Self> {
                match cell { $($p => Ok($e),)* other => Err(mismatch::<Self>(other)) }
            }
        }
    )* };
}
col! {
    i64, Int, Cell::Int(v) => v;
    bool, Bool, Cell::Bool(v) => v, Cell::Int(v @ 0..=1) => v == 1;
    String, Text, Cell::Text(v) => v.to_owned();
    Vec<u8>, Bytes, Cell::Bytes(v) => v.to_vec();
}

impl<T: Col> Col for Option<T> {
    const NULLABLE: bool = true;
    fn col_type() -> SqlType {
        T::col_type()
    }
    fn read(cell: Cell<'_>) -> Result<Self> {
        match cell {
            Cell::Null => Ok(None),
            cell => T::read(cell).map(Some),
        }
    }
}

/// Lets the domain's ids (`as_str()` and `From<String>`) be parameters, columns and one-column rows:
/// `col_id!(domain::ids::CaseId, domain::ids::SiteId);`
macro_rules! col_id {
    ($($t:ty),* $(,)?) => { $(
        impl $crate::seam::Param for $t {
            fn sql_type() -> $crate::seam::SqlType { $crate::seam::SqlType::Text }
            fn arg(&self) -> $crate::seam::Arg<'_> { $crate::seam::Arg::Text(self.as_str()) }
        }
        impl $crate::seam::Col for $t {
            fn col_type() -> $crate::seam::SqlType { $crate::seam::SqlType::Text }
            fn read(cell: $crate::seam::Cell<'_>) -> $crate::seam::Result<Self> {
                <String as $crate::seam::Col>::read(cell).map(<$t>::from)
            }
        }
        $crate::seam::scalar_row!($t);
    )* };
}

pub(crate) use col_id;
