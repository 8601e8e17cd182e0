//! The view of a notice: a trouble of the watch, a test mail.

use super::{Times, one_line};
use crate::mail::Reader;
use crate::model::NoticeFacts;
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(in crate::mail) struct NoticeView {
    organisation: String,
    reader: String,
    pub(in crate::mail) matter: String,
    subject_name: String,
    reason: String,
    remedy: String,
    at: String,
    sent: String,
}

impl NoticeView {
    pub(in crate::mail) fn new(facts: &NoticeFacts, reader: Reader<'_>, times: Times) -> Self {
        let subject_name = one_line(&facts.subject, 120);
        Self {
            organisation: one_line(&facts.organisation, 60),
            reader: one_line(reader.name, 40),
            matter: subject_name.clone(),
            subject_name,
            reason: one_line(&facts.reason, 500),
            remedy: one_line(&facts.remedy, 500),
            at: times.clock(facts.at),
            sent: times.clock(times.now),
        }
    }
}
