//! What time it is: the machine's clock, or one that a test moves by hand. Only the loops in `app` ask it.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Cheap to clone; clones of a hand-set clock share its hands.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    #[default]
    Real,
    ByHand(Arc<AtomicI64>),
}

impl Clock {
    pub fn at(instant: DateTime<Utc>) -> Self {
        Self::ByHand(Arc::new(AtomicI64::new(instant.timestamp_millis())))
    }

    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::Real => Utc::now(),
            Self::ByHand(millis) => {
                DateTime::from_timestamp_millis(millis.load(Ordering::SeqCst)).unwrap_or_default()
            }
        }
    }

    /// Moves a hand-set clock; the machine's is left alone.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::ByHand(millis) = self {
            millis.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
        }
    }
}
