//! A fault that lasts is said once a minute: a log that grows twice a second helps no full disk.

use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_secs(60);

/// One thing that may go wrong again and again.
#[derive(Debug, Default)]
pub struct Complaint(Option<Instant>);

impl Complaint {
    /// Whether to say it this time.
    pub fn is_due(&mut self) -> bool {
        let due = self.0.is_none_or(|said| said.elapsed() >= EVERY);
        if due {
            self.0 = Some(Instant::now());
        }
        due
    }

    /// It went well; `true` where it had not before.
    pub fn is_over(&mut self) -> bool {
        self.0.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn said_at_first_then_silent_then_over_once() {
        let mut complaint = Complaint::default();
        assert!(!complaint.is_over(), "nothing was wrong");
        assert!(complaint.is_due(), "the first time is said");
        assert!(!complaint.is_due(), "the next ones are not");
        assert!(complaint.is_over() && !complaint.is_over(), "and the end is said once");
        assert!(complaint.is_due(), "a new fault is said at once");
        complaint.0 = Instant::now().checked_sub(EVERY);
        assert!(complaint.is_due(), "a lasting one is said again");
    }
}
