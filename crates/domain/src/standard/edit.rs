//! Editing a document line by line. A row of the page is one clock with the cases it is set for; lines of the file that speak
//! for the same cases are one line.

use super::document::{ClockFile, Document, LineFile};
use super::limits::NamedLimit;

/// A row of the page: the place of the line and of the clock in it, from 0.
pub type At = (usize, usize);

impl Document {
    /// The row at a place: its cases and its clock.
    pub fn row(&self, (line, clock): At) -> Option<(&LineFile, &ClockFile)> {
        let line = self.lines.get(line)?;
        Some((line, line.clocks.get(clock)?))
    }

    /// Every row with its place, in the order of the file.
    pub fn rows(&self) -> impl Iterator<Item = (At, &LineFile, &ClockFile)> {
        self.lines.iter().enumerate().flat_map(|(l, line)| {
            line.clocks
                .iter()
                .enumerate()
                .map(move |(c, clock)| ((l, c), line, clock))
        })
    }

    /// Puts a row in the place of another, or behind the others. The cases are those of `cases`; its clocks are not looked at.
    /// False when there is no row at that place.
    pub fn put_row(&mut self, at: Option<At>, cases: &LineFile, clock: ClockFile) -> bool {
        let stays = at.and_then(|(l, c)| {
            let line = self.lines.get_mut(l)?;
            let same = line.same_cases(cases);
            line.clocks.get_mut(c).filter(|_| same)
        });
        if let Some(old) = stays {
            *old = clock;
            return true;
        }
        let mut place = self.lines.len();
        if let Some(at) = at {
            if !self.remove_row(at) {
                return false;
            }
            place = at.0.min(self.lines.len());
        }
        match self.lines.iter_mut().find(|line| line.same_cases(cases)) {
            Some(line) => line.clocks.push(clock),
            None => self.lines.insert(
                place,
                LineFile {
                    clocks: vec![clock],
                    ..cases.clone()
                },
            ),
        }
        true
    }

    /// Takes a row out, and its line with the last one. False when there is no row at that place.
    pub fn remove_row(&mut self, (l, c): At) -> bool {
        let Some(line) = self.lines.get_mut(l).filter(|line| c < line.clocks.len()) else {
            return false;
        };
        line.clocks.remove(c);
        if line.clocks.is_empty() {
            self.lines.remove(l);
        }
        true
    }

    /// Sets a named limit; they stand in the order of their names.
    pub fn put_limit(&mut self, limit: NamedLimit) {
        match self.limits.iter_mut().find(|mine| mine.code == limit.code) {
            Some(mine) => *mine = limit,
            None => self.limits.push(limit),
        }
        self.limits.sort_by_key(|limit| limit.code);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Kind;
    use crate::clock::Limit;
    use crate::standard::compare::differences;

    #[test]
    fn rows_are_changed_moved_added_and_removed() {
        let shipped = Document::shipped().unwrap();
        let mut doc = shipped.clone();
        let (at, line, clock) = doc.rows().find(|(_, _, c)| c.clause == "STD-3").unwrap();
        let (line, mut clock) = (line.clone(), clock.clone());
        clock.limit = Limit::Minute { n: 45 };
        // The same cases: in place, its neighbours stay.
        assert!(doc.put_row(Some(at), &line, clock.clone()));
        assert_eq!(doc.lines.len(), shipped.lines.len());
        assert_eq!(doc.row(at).unwrap().1.limit, Limit::Minute { n: 45 });
        // Other cases: it leaves its line and gets its own.
        let help = LineFile {
            kinds: vec![Kind::Help],
            ..LineFile::default()
        };
        assert!(doc.put_row(Some(at), &help, clock.clone()));
        assert_eq!(doc.lines.len(), shipped.lines.len() + 1);
        // Cases that a line has already: it joins that line.
        clock.code = crate::clock::ClockCode::Finish;
        assert!(doc.put_row(None, &help, clock.clone()));
        assert_eq!(doc.lines.len(), shipped.lines.len() + 1);
        let (at, _, _) = doc
            .rows()
            .find(|(_, l, c)| l.same_cases(&help) && c.code == clock.code)
            .unwrap();
        assert!(doc.remove_row(at) && doc.remove_row((at.0, 0)) && !doc.remove_row((99, 0)));
        assert!(!doc.put_row(Some((99, 0)), &help, clock));
        // What is left differs by the one row that went.
        assert_eq!(differences(&shipped, &doc).len(), 1);
    }
}
