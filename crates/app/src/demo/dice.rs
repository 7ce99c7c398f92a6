//! Chance that is the same in every run of the same seed.

/// A small generator (xorshift with a multiplier), good enough for a demo and the same everywhere.
pub struct Dice(u64);

impl Dice {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A whole number from `from` to `to`, both included.
    pub fn within(&mut self, from: i64, to: i64) -> i64 {
        let span = u64::try_from(to - from + 1).unwrap_or(1).max(1);
        from + i64::try_from((self.next() >> 11) % span).unwrap_or(0)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, p: i64) -> bool {
        self.within(1, 100) <= p
    }

    /// One of the values.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let i = self.within(0, i64::try_from(all.len()).unwrap_or(1) - 1);
        &all[usize::try_from(i).unwrap_or(0)]
    }

    /// The place of one of the weights.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let total: i64 = weights.iter().map(|w| i64::from(*w)).sum();
        let mut at = self.within(1, total.max(1));
        for (i, w) in weights.iter().enumerate() {
            at -= i64::from(*w);
            if at <= 0 {
                return i;
            }
        }
        0
    }
}
