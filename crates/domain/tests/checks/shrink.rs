//! The shortest failing part of a failing sequence.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Check;
use crate::model::Step;

/// Runs a check and, where it fails, leaves out every step it fails without. Steps name things by
/// index and none needs another, so any part of a sequence is a sequence.
///
/// # Errors
/// What the shortest sequence breaks, and the sequence.
pub(crate) fn shortest(steps: &[Step], check: impl Fn(&[Step]) -> Check) -> Check {
    let Err(mut fault) = caught(steps, &check) else { return Ok(()) };
    let mut steps = steps.to_vec();
    let mut index = 0;
    while index < steps.len() {
        let mut fewer = steps.clone();
        fewer.remove(index);
        match caught(&fewer, &check) {
            Ok(()) => index += 1,
            Err(new_fault) => {
                fault = new_fault;
                steps = fewer;
                // What came before may have been needed only by this step.
                index = 0;
            }
        }
    }
    let list: Vec<String> = steps.iter().map(|step| format!("  {step:?}")).collect();
    Err(format!("{fault}\nthe shortest failing sequence:\n{}", list.join("\n")))
}

/// The domain asserts some of its invariants itself, by panicking.
fn caught(steps: &[Step], check: &impl Fn(&[Step]) -> Check) -> Check {
    catch_unwind(AssertUnwindSafe(|| check(steps))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(format!("panicked: {}", text.unwrap_or("(no text)")))
    })
}
