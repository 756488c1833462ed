//! A sum in parts that sum to it.

use alloc::vec::Vec;
use core::cmp::Reverse;

/// Divides a sum by weights: each part is the exact one or off by less than a minor unit, and together they are the
/// sum. What rounding down leaves goes to the largest remainders, the first of equal ones. A sum below zero is divided
/// as the same sum above zero.
///
/// `None` where a weight is below zero, or all are zero.
#[must_use]
pub fn by_largest_remainder(sum_minor: i64, weights: &[i64]) -> Option<Vec<i64>> {
    let all = weights.iter().try_fold(0_i128, |all, weight| {
        let weight = i128::from(*weight);
        if weight < 0 { None } else { all.checked_add(weight) }
    })?;
    if all == 0 {
        return None;
    }
    let sum = i128::from(sum_minor.unsigned_abs());
    let mut parts = Vec::with_capacity(weights.len());
    let mut left = sum;
    for (place, weight) in weights.iter().enumerate() {
        // Below 2^64 * 2^63.
        let product = sum.checked_mul(i128::from(*weight))?;
        let part = product.checked_div(all)?;
        left = left.checked_sub(part)?;
        parts.push((place, part, product.checked_rem(all)?));
    }
    parts.sort_by_key(|(place, _, remainder)| (Reverse(*remainder), *place));
    // Fewer are left than there are parts with a remainder.
    for (_, part, _) in &mut parts {
        if left == 0 {
            break;
        }
        *part = part.checked_add(1)?;
        left = left.checked_sub(1)?;
    }
    parts.sort_by_key(|(place, ..)| *place);
    let signed = |part: i128| if sum_minor < 0 { part.checked_neg() } else { Some(part) };
    parts.into_iter().map(|(_, part, _)| i64::try_from(signed(part)?).ok()).collect()
}
