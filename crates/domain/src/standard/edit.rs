//! Editing a document line by line. A row of the page is one clock with the cases it is set for; lines of the file that speak
//! for the same cases are one line.

use super::document::{ClockFile, Document, LineFile};
use super::limits::NamedLimit;
use crate::ladder::{self, RungFile, RungWrong};

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

    /// The steps of a row's ladder as the file writes them, or of the document's own where no row is named. A row without a
    /// ladder of its own goes by the document's. None when there is no such row.
    pub fn ladder_of(&self, of: Option<At>) -> Option<&[RungFile]> {
        let Some(at) = of else { return Some(&self.ladder) };
        let (_, clock) = self.row(at)?;
        Some(clock.ladder.as_deref().unwrap_or(&self.ladder))
    }

    /// Changes the ladder of a row, or the document's own where no row is named. A row that went by the document's gets its own,
    /// which begins as that.
    fn change_ladder<T>(
        &mut self,
        of: Option<At>,
        change: impl FnOnce(&mut Vec<RungFile>, bool) -> Result<T, RungWrong>,
    ) -> Option<Result<T, RungWrong>> {
        let Some((l, c)) = of else {
            return Some(change(&mut self.ladder, false));
        };
        let common = self.ladder.clone();
        let clock = self.lines.get_mut(l)?.clocks.get_mut(c)?;
        let mut own = clock.ladder.clone().unwrap_or(common);
        let done = change(&mut own, clock.calendar.is_some());
        if done.is_ok() {
            clock.ladder = Some(own);
        }
        Some(done)
    }

    /// Puts a step into a ladder, in the place of another or as a new one. `Ok(false)` when there is no row or step at that place.
    ///
    /// # Errors
    /// What would be wrong with the ladder: then it stays as it is.
    pub fn put_rung(&mut self, of: Option<At>, step: Option<usize>, rung: RungFile) -> Result<bool, RungWrong> {
        let put = |ladder: &mut Vec<RungFile>, calendar| ladder::put(ladder, step, rung, calendar);
        self.change_ladder(of, put).unwrap_or(Ok(false))
    }

    /// Takes a step out of a ladder. False when there is no row or step at that place.
    pub fn remove_rung(&mut self, of: Option<At>, step: usize) -> bool {
        if self.ladder_of(of).is_none_or(|ladder| ladder.len() <= step) {
            return false;
        }
        let take = |ladder: &mut Vec<RungFile>, _| {
            ladder.remove(step);
            Ok(())
        };
        matches!(self.change_ladder(of, take), Some(Ok(())))
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
    use crate::ladder::{Post, RungKind};
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
        let praise = LineFile {
            kinds: vec![Kind::Praise],
            ..LineFile::default()
        };
        assert!(doc.put_row(Some(at), &praise, clock.clone()));
        assert_eq!(doc.lines.len(), shipped.lines.len() + 1);
        // Cases that a line has already: it joins that line.
        clock.code = crate::clock::ClockCode::Finish;
        assert!(doc.put_row(None, &praise, clock.clone()));
        assert_eq!(doc.lines.len(), shipped.lines.len() + 1);
        let (at, _, _) = doc
            .rows()
            .find(|(_, l, c)| l.same_cases(&praise) && c.code == clock.code)
            .unwrap();
        assert!(doc.remove_row(at) && doc.remove_row((at.0, 0)) && !doc.remove_row((99, 0)));
        assert!(!doc.put_row(Some((99, 0)), &praise, clock));
        // What is left differs by the one row that went.
        assert_eq!(differences(&shipped, &doc).len(), 1);
    }

    fn rung(percent: u32, to: &[Post]) -> RungFile {
        RungFile {
            percent: Some(percent),
            before: None,
            after: None,
            to: to.to_vec(),
            kind: RungKind::Warning,
            clause: String::new(),
            habit: true,
        }
    }

    #[test]
    fn steps_of_a_ladder_are_added_changed_and_removed_and_never_wrong() {
        let mut doc = Document::shipped().unwrap();
        let n = doc.ladder.len();
        let own = doc.rows().find(|(_, _, c)| c.ladder.is_none()).unwrap().0;
        // The document's own ladder: in the order in which the steps are reached.
        assert_eq!(doc.put_rung(None, None, rung(37, &[Post::Quality])), Ok(true));
        assert_eq!(doc.ladder.len(), n + 1);
        let at = doc.ladder.iter().position(|r| r.percent == Some(37)).unwrap();
        assert!(doc.ladder.iter().take(at).all(|r| r.percent.is_some_and(|p| p < 37)));
        assert_eq!(doc.put_rung(None, Some(at), rung(38, &[Post::CsHead])), Ok(true));
        assert_eq!(doc.ladder[at].to, [Post::CsHead]);
        // A row that went by it gets its own and leaves the others alone.
        let common = doc.ladder.clone();
        assert!(doc.remove_rung(Some(own), at));
        assert_eq!(doc.ladder, common);
        assert_eq!(doc.row(own).unwrap().1.ladder.as_ref().unwrap().len(), n);
        // What is wrong is refused and changes nothing.
        let before = doc.clone();
        let nobody = doc.put_rung(None, None, rung(50, &[]));
        let twice = doc.put_rung(
            Some(own),
            None,
            rung(
                doc.row(own).unwrap().1.ladder.as_ref().unwrap()[0].percent.unwrap(),
                &[Post::CsHead],
            ),
        );
        let far = doc.put_rung(None, None, rung(501, &[Post::CsHead]));
        let working = RungFile {
            percent: None,
            after: Some(Limit::WorkingHour { n: 1 }),
            ..rung(1, &[Post::CsHead])
        };
        let working = doc.put_rung(None, None, working);
        assert_eq!(
            (nobody, twice, far, working),
            (
                Err(RungWrong::Post),
                Err(RungWrong::Twice),
                Err(RungWrong::Percent),
                Err(RungWrong::Calendar)
            )
        );
        assert_eq!(doc.put_rung(Some((99, 0)), None, rung(50, &[Post::CsHead])), Ok(false));
        assert_eq!(doc.put_rung(None, Some(99), rung(50, &[Post::CsHead])), Ok(false));
        assert!(!doc.remove_rung(None, 99) && !doc.remove_rung(Some((99, 0)), 0));
        assert_eq!(doc, before);
    }
}
