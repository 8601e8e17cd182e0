//! The evasions that other matchers were tried on, with `保本付息`, `爆雷` and `IPO` as terms and the default settings.
//!
//! Left out, because no text with them has one right answer:
