//! What systemd is told: ready, alive, stopping. Without systemd every call does nothing.

use sd_notify::NotifyState;
use std::time::Duration;

/// The sources are known, the store is open, the loops run.
pub fn ready(status: &str) {
    let _ = sd_notify::notify(&[NotifyState::Ready, NotifyState::Status(status)]);
}

pub fn status(text: &str) {
    let _ = sd_notify::notify(&[NotifyState::Status(text)]);
}

pub fn stopping() {
    let _ = sd_notify::notify(&[NotifyState::Stopping]);
}

/// Fed only when every loop has finished a round within its own limit and without a store error.
pub fn alive() {
    let _ = sd_notify::notify(&[NotifyState::Watchdog]);
}

/// How often systemd wants to hear from us; `None` where it does not watch.
pub fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 3)
}
