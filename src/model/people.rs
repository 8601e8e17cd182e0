//! People and the roles they hold.

use super::words::{Lang, words};
use chrono::{DateTime, Utc};

words! {
    /// Whom a step of a policy can notify.
    Role {
        Monitor = "monitor", "舆情监测员", "monitor";
        Deputy = "deputy", "监测副岗", "deputy monitor";
        OnCall = "on_call", "值班员", "on-call";
        Spokesperson = "spokesperson", "新闻发言人", "spokesperson";
        SecuritiesRep = "securities_rep", "证券事务代表", "securities representative";
        BoardSecretary = "board_secretary", "董事会秘书", "board secretary";
        Chairman = "chairman", "董事长", "chairman";
        DutyLeader = "duty_leader", "带班领导", "duty leader";
        DivisionLeader = "division_leader", "分管领导", "leader in charge";
        TopLeader = "top_leader", "主要领导", "head of the organisation";
        PageKeeper = "page_keeper", "栏目维护员", "page keeper";
        Department = "department", "部门联络人", "department contact";
        Operator = "operator", "运维", "operator";
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub key: String,
    pub name: String,
    /// The first is written to; all are known as this person's.
    pub mail: Vec<String>,
    pub phone: Option<String>,
    pub lang: Lang,
    pub roles: Vec<Role>,
    /// The system user who acts as this person on the command line.
    pub system_user: Option<String>,
}

/// Someone's turn in a role. A role with any shift in the file is held only by whoever's turn it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift {
    pub role: Role,
    pub person: String,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}
