//! The publisher's share of what cards were charged.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

/// All of it, in basis points.
pub const WHOLE_BP: i64 = 10_000;

/// A step of a share that depends on the volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// Where it ends, in the agreement's volume of a month; the last tier has no end.
    pub up_to_minor: Option<i64>,
    /// Of what is within it.
    pub share_bp: i64,
}

/// What the publisher takes. Of tiers each applies to what is within it, as taxes do: no charge makes another one's
/// share less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share(Vec<Tier>);

/// Why tiers are none. Places count from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareError {
    NoTiers,
    /// Not from 0 to 10,000.
    OutOfRange {
        place: usize,
    },
    /// Not above the end of the tier before, or zero.
    NotAscending {
        place: usize,
    },
    /// A tier without an end that is not the last, or a last one that has one.
    End {
        place: usize,
    },
}

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTiers => write!(f, "has no tiers: write at least one"),
            Self::OutOfRange { place } => {
                write!(f, "tier {}: the share is in basis points, from 0 to 10000", number(*place))
            }
            Self::NotAscending { place } => write!(
                f,
                "tier {}: ends no higher than the one before: write tiers in ascending order",
                number(*place)
            ),
            Self::End { place } => write!(
                f,
                "tier {}: the last tier, and no other, has no end: leave its `up_to` out",
                number(*place)
            ),
        }
    }
}

impl core::error::Error for ShareError {}

const fn number(place: usize) -> usize {
    place.saturating_add(1)
}

impl Share {
    /// The same of every charge.
    ///
    /// # Errors
    /// Where it is not from 0 to 10,000.
    pub fn flat(share_bp: i64) -> Result<Self, ShareError> {
        Self::tiered(vec![Tier { up_to_minor: None, share_bp }])
    }

    /// # Errors
    /// [`ShareError`].
    pub fn tiered(tiers: Vec<Tier>) -> Result<Self, ShareError> {
        let last = tiers.len().checked_sub(1).ok_or(ShareError::NoTiers)?;
        let mut before = 0;
        for (place, tier) in tiers.iter().enumerate() {
            if !(0..=WHOLE_BP).contains(&tier.share_bp) {
                return Err(ShareError::OutOfRange { place });
            }
            match tier.up_to_minor {
                Some(end) if place < last && end > before => before = end,
                Some(_) if place < last => return Err(ShareError::NotAscending { place }),
                None if place == last => {}
                _ => return Err(ShareError::End { place }),
            }
        }
        Ok(Self(tiers))
    }

    #[must_use]
    pub fn tiers(&self) -> &[Tier] {
        &self.0
    }

    /// The publisher's part of a volume, which is not below zero. Half a minor unit is the franchisee's: that is the
    /// largest remainder of two, and both parts are within a unit of the exact ones.
    ///
    /// `None` where the volume is below zero.
    #[must_use]
    pub fn of(&self, volume_minor: i64) -> Option<i64> {
        if volume_minor < 0 {
            return None;
        }
        let mut begins = 0_i64;
        let mut exact = 0_i128;
        for tier in &self.0 {
            let ends = tier.up_to_minor.map_or(volume_minor, |end| end.min(volume_minor));
            let within = ends.checked_sub(begins)?;
            if within <= 0 {
                break;
            }
            let share = i128::from(within).checked_mul(i128::from(tier.share_bp))?;
            exact = exact.checked_add(share)?;
            begins = ends;
        }
        half_down(exact, i128::from(WHOLE_BP))
    }

    /// The publisher's part of a charge that comes after others of its month and agreement: never below zero nor above
    /// the charge.
    ///
    /// `None` where an amount is below zero, or the volume leaves the range of `i64`.
    #[must_use]
    pub fn of_next(&self, volume_before_minor: i64, charge_minor: i64) -> Option<i64> {
        let after = volume_before_minor.checked_add(charge_minor)?;
        if charge_minor < 0 {
            return None;
        }
        self.of(after)?.checked_sub(self.of(volume_before_minor)?)
    }
}

/// A fraction, to the next whole number; of two as near the lower one. `None` out of range, or of a denominator that is
/// not above zero.
pub(super) fn half_down(numerator: i128, denominator: i128) -> Option<i64> {
    if denominator <= 0 {
        return None;
    }
    let below = numerator.div_euclid(denominator);
    let twice = numerator.rem_euclid(denominator).checked_mul(2)?;
    i64::try_from(below.checked_add(i128::from(twice > denominator))?).ok()
}
