//! What a mention means for its story: a new incident, a worse one, or nothing.
//!
//! Decided inside the write transaction, from what it sees (P9): the alarm is unique per story and subject; worsening
//! alerts again, and only it. Never: counts, edits, falling severity, denials.

use crate::model::{Incident, Raise, Rule, Severity, Spread, Tier};
use std::time::Duration;

/// A rule that fired, with how grave it is now that its story has spread so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Grave<'r> {
    pub rule: &'r Rule,
    pub severity: Severity,
    /// The policy of that severity; `None`: digest only.
    pub policy: Option<&'r str>,
    pub index: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Placed<'r> {
    Raise(Grave<'r>),
    Worsen {
        incident: i64,
        by: Grave<'r>,
        from: Severity,
        from_tier: Tier,
        tier: Tier,
    },
    /// Known, and not worse: counted, and nobody is told.
    Known {
        incident: i64,
    },
}

/// How grave one fired rule is; `spread` tells how far the story has come within a time (or ever).
pub fn grave(
    rule: &Rule,
    severity: Severity,
    index: usize,
    tier: Tier,
    mut spread: impl FnMut(Option<Duration>) -> Spread,
) -> Grave<'_> {
    let mut grave = Grave { rule, severity, policy: rule.policy.as_deref(), index };
    // A loose way alone lowered it (DESIGN.md, "Words that decide"): spreading does not lift it again, and the rule's
    // own policy, made for the graver case, is not meant.
    if severity < rule.severity {
        return Grave { policy: None, ..grave };
    }
    for raise in &rule.raise {
        if raise.to > grave.severity && holds(raise, tier, &spread(raise.within)) {
            grave.severity = raise.to;
            grave.policy = raise.policy.as_deref().or(grave.policy);
        }
    }
    grave
}

fn holds(raise: &Raise, tier: Tier, spread: &Spread) -> bool {
    raise.outlets.is_none_or(|outlets| spread.outlets >= outlets)
        && raise.mentions.is_none_or(|mentions| spread.mentions >= mentions)
        && raise.tier.is_none_or(|least| spread.highest.max(Some(tier)) >= Some(least))
}

/// One mention's fired rules (of one subject) against the open incident of its story, if there is one.
pub fn place<'r>(fired: Vec<Grave<'r>>, tier: Tier, open: Option<&Incident>) -> Option<Placed<'r>> {
    let gravest =
        fired.into_iter().reduce(|best, next| if next.severity > best.severity { next } else { best })?;
    let Some(incident) = open else { return Some(Placed::Raise(gravest)) };
    // A higher tier is a worsening only where somebody was told of the lower one.
    let climbs = tier > incident.tier && gravest.policy.is_some() && gravest.severity >= incident.severity;
    if gravest.severity > incident.severity || climbs {
        return Some(Placed::Worsen {
            incident: incident.id,
            by: gravest,
            from: incident.severity,
            from_tier: incident.tier,
            tier: tier.max(incident.tier),
        });
    }
    Some(Placed::Known { incident: incident.id })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Condition, IncidentKind, IncidentState};
    use chrono::DateTime;

    fn rule(severity: Severity, raise: Vec<Raise>) -> Rule {
        Rule {
            key: "A".into(),
            name: "A".into(),
            version: "1".into(),
            kind: IncidentKind::Rumour,
            severity,
            condition: Condition::Category("A1".into()),
            own: None,
            tiers: vec![],
            heed_denials: true,
            raise,
            policy: Some("orange".into()),
        }
    }

    fn to_red(outlets: Option<u32>, tier: Option<Tier>) -> Raise {
        Raise {
            to: Severity::Red,
            outlets,
            within: Some(Duration::from_secs(3600)),
            tier,
            mentions: None,
            policy: Some("red".into()),
        }
    }

    fn open(severity: Severity, tier: Tier) -> Incident {
        Incident {
            id: 7,
            number: "2026-0001".into(),
            kind: IncidentKind::Rumour,
            story: 1,
            mention: 1,
            rule: "A".into(),
            subject: "lanli".into(),
            severity,
            tier,
            title: String::new(),
            parts: "{}".into(),
            state: IncidentState::Open,
            verdict: None,
            worsen_no: 0,
            opened_at: DateTime::UNIX_EPOCH,
            closed_at: None,
            closed_by: None,
            note: None,
        }
    }

    #[test]
    fn p9_worsening_alerts_again_and_only_it() {
        let by_outlets = rule(Severity::Orange, vec![to_red(Some(3), None)]);
        let by_tier = rule(Severity::Orange, vec![to_red(None, Some(Tier::Mainstream))]);
        let (social, mainstream) = (Tier::Social, Tier::Mainstream);
        for (why, rule, severity, tier, outlets, incident, expected) in [
            (
                "the first mention raises",
                &by_outlets,
                Severity::Orange,
                social,
                1,
                None,
                "raise orange orange",
            ),
            (
                "counts alone tell nobody",
                &by_outlets,
                Severity::Orange,
                social,
                2,
                Some(open(Severity::Orange, social)),
                "known",
            ),
            (
                "the third outlet makes it red",
                &by_outlets,
                Severity::Orange,
                social,
                3,
                Some(open(Severity::Orange, social)),
                "worsen red red",
            ),
            (
                "red stays red, quietly",
                &by_outlets,
                Severity::Orange,
                social,
                9,
                Some(open(Severity::Red, social)),
                "known",
            ),
            (
                "mainstream at once is red at once",
                &by_tier,
                Severity::Orange,
                mainstream,
                1,
                None,
                "raise red red",
            ),
            (
                "a higher tier is worse",
                &by_outlets,
                Severity::Orange,
                mainstream,
                2,
                Some(open(Severity::Orange, social)),
                "worsen orange orange",
            ),
            (
                "a lower tier is not",
                &by_outlets,
                Severity::Orange,
                social,
                2,
                Some(open(Severity::Orange, mainstream)),
                "known",
            ),
            (
                "a loose way is not lifted by spreading",
                &by_tier,
                Severity::Yellow,
                mainstream,
                9,
                None,
                "raise yellow -",
            ),
        ] {
            let spread = Spread { outlets, mentions: outlets, highest: Some(tier) };
            let grave = grave(rule, severity, 0, tier, |_| spread.clone());
            let placed = match place(vec![grave], tier, incident.as_ref()) {
                Some(Placed::Raise(by)) => format!("raise {} {}", by.severity, by.policy.unwrap_or("-")),
                Some(Placed::Worsen { by, .. }) => {
                    format!("worsen {} {}", by.severity, by.policy.unwrap_or("-"))
                }
                Some(Placed::Known { .. }) => "known".to_owned(),
                None => "nothing".to_owned(),
            };
            assert_eq!(placed, expected, "{why}");
        }
    }
}
