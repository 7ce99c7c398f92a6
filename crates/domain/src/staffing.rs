//! How many people on duty would have been needed: from the work that was done, hour by hour.
//!
//! # The formula
//!
//! Each finished work order is one person's way and work, from accepting to done, less the time it waited. Where the limits ask
//! for an earlier arrival or end than there was, the whole stretch is moved earlier by as much as is lacking, at most to the moment at which it became known.
//! Of every hour it is counted how many such stretches run at the same time at most (the peak), and how long all of
//! them run together (an hour of work is one person for an hour). Of an hour of the day the days of the range give the average, the peak of nine days
//! out of ten, and the highest. The second is what is said to be needed.
//!
//! # What it does not know
//!
//! Two people at one job, breaks, ways back, work without an order, and who may do which trade. It says from below how many
//! are needed, not who.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::case::Job;

/// An hour in milliseconds.
const HOUR: i64 = 3_600_000;
/// Hours of a day.
pub const DAY: usize = 24;
/// The longest range, in days.
pub const MOST_DAYS: usize = 800;

/// What one hour of the day needs, over the days of a range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Hour {
    /// Work in this hour over all days, in milliseconds.
    pub busy_ms: i64,
    /// At most so many at once, on nine days out of ten.
    pub needed: u32,
    /// At most so many at once, on the worst day.
    pub highest: u32,
}

/// People at work, hour by hour, collected job by job. Its size depends on the range, not on the number of jobs in it.
#[derive(Debug, Clone)]
pub struct Staffing {
    zone: TimeZone,
    /// The range on the wall of the zone, in milliseconds.
    from: i64,
    hours: usize,
    /// Begin and end of each stretch on the wall of the zone.
    stretches: Vec<(i64, i64)>,
}

impl Staffing {
    /// For a range in unix milliseconds, rounded to whole days outward.
    pub fn new(from: i64, until: i64, zone: &TimeZone) -> Staffing {
        let day = HOUR * 24;
        let first = wall(from, zone).div_euclid(day);
        let last = wall((until - 1).max(from), zone).div_euclid(day);
        let days = usize::try_from(last - first + 1).unwrap_or(1).clamp(1, MOST_DAYS);
        Staffing {
            zone: zone.clone(),
            from: first * day,
            hours: days * DAY,
            stretches: Vec::new(),
        }
    }

    /// Days of the range.
    pub fn days(&self) -> usize {
        self.hours / DAY
    }

    /// Adds a job as it was done.
    pub fn as_done(&mut self, job: &Job) {
        self.add(job, 0);
    }

    /// Adds a job as its limits would have had it.
    pub fn in_time(&mut self, job: &Job) {
        self.add(job, lacking(job));
    }

    fn add(&mut self, job: &Job, earlier: i64) {
        let mut at = job.accepted_at;
        for (from, to) in job.waits.iter().copied().chain([(job.ended_at, job.ended_at)]) {
            if from > at {
                let stretch = (wall(at - earlier, &self.zone), wall(from - earlier, &self.zone));
                if stretch.1 > stretch.0 {
                    self.stretches.push(stretch);
                }
            }
            at = at.max(to);
        }
    }

    /// The 24 hours of the day.
    pub fn hours(&self) -> Vec<Hour> {
        let mut marks: Vec<(i64, i32)> = Vec::with_capacity(self.stretches.len() * 2);
        for (from, to) in &self.stretches {
            marks.push((*from, 1));
            marks.push((*to, -1));
        }
        // At one instant who leaves goes before who comes.
        marks.sort_unstable();
        let mut peaks = vec![0_u32; self.hours];
        let mut busy = vec![0_i64; self.hours];
        let (mut at, mut together) = (self.from, 0_i32);
        for (mark, change) in marks {
            self.fill(at, mark, together, &mut peaks, &mut busy);
            at = at.max(mark);
            together += change;
        }
        let days = self.days();
        (0..DAY)
            .map(|hour| {
                let of_day = |day: usize| day * DAY + hour;
                let mut each: Vec<u32> = (0..days).filter_map(|day| peaks.get(of_day(day)).copied()).collect();
                each.sort_unstable();
                let nine_of_ten = (each.len() * 9).div_ceil(10).saturating_sub(1);
                Hour {
                    busy_ms: (0..days).filter_map(|day| busy.get(of_day(day))).sum(),
                    needed: each.get(nine_of_ten).copied().unwrap_or(0),
                    highest: each.last().copied().unwrap_or(0),
                }
            })
            .collect()
    }

    /// So many people are at work from `from` to `to`.
    fn fill(&self, from: i64, to: i64, people: i32, peaks: &mut [u32], busy: &mut [i64]) {
        let end = self.from + i64::try_from(self.hours).unwrap_or(0) * HOUR;
        let (mut at, to) = (from.max(self.from), to.min(end));
        let Ok(people) = u32::try_from(people) else { return };
        while people > 0 && at < to {
            let hour = usize::try_from((at - self.from).div_euclid(HOUR)).unwrap_or(0);
            let next = (self.from + (i64::try_from(hour).unwrap_or(0) + 1) * HOUR).min(to);
            if let Some(peak) = peaks.get_mut(hour) {
                *peak = (*peak).max(people);
            }
            if let Some(sum) = busy.get_mut(hour) {
                *sum += (next - at) * i64::from(people);
            }
            at = next;
        }
    }
}

/// By how much the job would have had to begin earlier to be in time, as far as it was known.
fn lacking(job: &Job) -> i64 {
    let late = |done: i64, due: Option<i64>| due.map_or(0, |due| done - due);
    let wanted = late(job.arrived_at, job.on_site_due).max(late(job.ended_at, job.finish_due));
    wanted.clamp(0, (job.accepted_at - job.known_at).max(0))
}

/// What the clock on the wall shows, as milliseconds.
fn wall(at: i64, zone: &TimeZone) -> i64 {
    let offset = Timestamp::from_millisecond(at).map_or(0, |instant| zone.to_offset(instant).seconds());
    at + i64::from(offset) * 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-02 00:00 in Shanghai, a Monday.
    const MONDAY: i64 = 1_793_548_800_000;
    const MIN: i64 = 60_000;

    fn job(accepted: i64, arrived: i64, ended: i64) -> Job {
        Job {
            department: "engineering".into(),
            known_at: MONDAY,
            accepted_at: MONDAY + accepted * MIN,
            arrived_at: MONDAY + arrived * MIN,
            ended_at: MONDAY + ended * MIN,
            on_site_due: None,
            finish_due: None,
            waits: Vec::new(),
        }
    }

    fn day() -> Staffing {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        Staffing::new(MONDAY, MONDAY + 24 * HOUR, &zone)
    }

    #[test]
    fn people_at_the_same_time_are_counted_and_hours_add_up() {
        let mut s = day();
        assert_eq!(s.days(), 1);
        // 09:00–09:30 and 09:15–10:15; the next begins when the first leaves.
        s.as_done(&job(540, 545, 570));
        s.as_done(&job(555, 560, 615));
        s.as_done(&job(615, 616, 630));
        let hours = s.hours();
        assert_eq!((hours[9].highest, hours[9].busy_ms), (2, 75 * MIN));
        assert_eq!((hours[10].highest, hours[10].busy_ms), (1, 30 * MIN));
        assert_eq!(hours[11], Hour::default());
    }

    #[test]
    fn what_waits_needs_nobody() {
        let mut s = day();
        let mut waits = job(540, 545, 720);
        waits.waits = vec![(MONDAY + 600 * MIN, MONDAY + 660 * MIN)];
        s.as_done(&waits);
        let hours = s.hours();
        assert_eq!((hours[9].needed, hours[10].needed, hours[11].needed), (1, 0, 1));
    }

    #[test]
    fn a_limit_moves_the_work_earlier_but_not_before_it_was_known() {
        let mut late = job(600, 610, 660);
        late.on_site_due = Some(MONDAY + 550 * MIN);
        assert_eq!(lacking(&late), 60 * MIN);
        late.finish_due = Some(MONDAY + 570 * MIN);
        assert_eq!(lacking(&late), 90 * MIN);
        late.known_at = MONDAY + 580 * MIN;
        assert_eq!(lacking(&late), 20 * MIN);
        let mut in_time = job(600, 610, 660);
        in_time.on_site_due = Some(MONDAY + 700 * MIN);
        assert_eq!(lacking(&in_time), 0);
    }

    #[test]
    fn nine_days_out_of_ten_leave_the_worst_out() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let mut s = Staffing::new(MONDAY, MONDAY + 10 * 24 * HOUR, &zone);
        for day in 0..10 {
            let of = |job: Job| Job {
                accepted_at: job.accepted_at + day * 24 * HOUR,
                arrived_at: job.arrived_at + day * 24 * HOUR,
                ended_at: job.ended_at + day * 24 * HOUR,
                ..job
            };
            for _ in 0..if day == 3 { 5 } else { 2 } {
                s.as_done(&of(job(540, 545, 570)));
            }
        }
        let nine = s.hours()[9];
        assert_eq!((nine.needed, nine.highest), (2, 5));
        assert_eq!(nine.busy_ms, (9 * 2 + 5) * 30 * MIN);
    }
}
