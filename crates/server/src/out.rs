//! What the program says on its standard output. A reader who has seen enough (`| head`) is no reason to fail.

use std::io::Write as _;

/// Like `println!`, except that it does not panic when nobody reads.
macro_rules! say {
    ($($text:tt)*) => { $crate::out::line(format_args!($($text)*)) };
}

/// One line.
pub fn line(text: std::fmt::Arguments<'_>) {
    let _nobody_reads = writeln!(std::io::stdout().lock(), "{text}");
}
