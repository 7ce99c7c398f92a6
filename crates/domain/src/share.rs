//! A share of a sample as people may rely on it: never a bare rate, always with its size and what the size is worth.

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    pub of: u32,
    pub hits: u32,
}

/// Two standard deviations of the normal distribution hold 95 in a hundred.
const Z: f64 = 1.959_963_984_540_054;

impl Share {
    /// The share in a hundred; none of nobody.
    #[must_use]
    pub fn percent(self) -> Option<f64> {
        (self.of > 0).then(|| f64::from(self.hits) / f64::from(self.of) * 100.0)
    }

    /// Wilson's 95 % interval of the share, in a hundred: it holds for small samples and for shares of none or all as well.
    #[must_use]
    pub fn interval(self) -> Option<(f64, f64)> {
        if self.of == 0 {
            return None;
        }
        let (n, p, z2) = (f64::from(self.of), f64::from(self.hits) / f64::from(self.of), Z * Z);
        let middle = p + z2 / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        let whole = 1.0 + z2 / n;
        let low = ((middle - half) / whole).clamp(0.0, p);
        let high = ((middle + half) / whole).clamp(p, 1.0);
        Some((low * 100.0, high * 100.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(of: u32, hits: u32) -> Option<(i64, i64)> {
        let tenth = |x: f64| format!("{:.0}", x * 10.0).parse().unwrap();
        Share { of, hits }.interval().map(|(a, b)| (tenth(a), tenth(b)))
    }

    #[test]
    fn wilsons_interval_is_as_in_the_books() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        assert_eq!(rounded(263, 81), Some((255, 366)));
        assert_eq!(rounded(148, 15), Some((62, 160)));
        assert_eq!(rounded(20, 0), Some((0, 161)));
        assert_eq!(rounded(29, 1), Some((6, 172)));
        assert_eq!(rounded(10, 10), Some((722, 1000)));
        assert_eq!(rounded(0, 0), None);
        assert_eq!(Share { of: 0, hits: 0 }.percent(), None);
    }
}
