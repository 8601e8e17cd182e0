//! Addresses of the SMTP envelope.

use lettre::Address;
use lettre::message::Mailbox;

/// `name@host` or `Name <name@host>`; the domain comes out in ASCII, so only a local part of other letters asks the
/// server for SMTPUTF8.
pub(super) fn address(text: &str) -> Result<Address, String> {
    let wrong = |why: String| format!("{text:?} is not a mail address: {why}");
    let parsed: Mailbox =
        text.trim().parse().map_err(|why: lettre::address::AddressError| wrong(why.to_string()))?;
    let domain = match parsed.email.domain() {
        literal if literal.starts_with('[') => literal.to_owned(),
        domain => url::Host::parse(domain).map_err(|why| wrong(why.to_string()))?.to_string(),
    };
    Address::new(parsed.email.user(), domain).map_err(|why| wrong(why.to_string()))
}
