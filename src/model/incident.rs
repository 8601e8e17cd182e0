//! Words of an incident's life.

use super::words::words;

words! {
    /// Four levels of Chinese emergency practice; shown always with their word, never as a colour alone.
    Severity {
        Blue = "blue", "蓝色·四级", "blue (IV)";
        Yellow = "yellow", "黄色·三级", "yellow (III)";
        Orange = "orange", "橙色·二级", "orange (II)";
        Red = "red", "红色·一级", "red (I)";
    }
}

words! {
    IncidentKind {
        Rumour = "rumour", "传闻", "rumour";
        DataLeak = "data_leak", "个人信息泄露", "personal data leak";
        SecretLeak = "secret_leak", "涉密或内部信息", "secret or internal paper";
        StaleChannel = "stale_channel", "更新不及时", "stale channel";
        Tampering = "tampering", "页面被篡改", "tampering";
        WrongWord = "wrong_word", "表述错误", "wrong word";
        Enquiry = "enquiry", "咨询投诉", "enquiry";
        Drill = "drill", "演练", "drill";
    }
}

words! {
    /// Forward only; a reopening is a new episode.
    IncidentState {
        Open = "open", "待处置", "open";
        Verifying = "verifying", "核实中", "verifying";
        Responded = "responded", "已回应", "responded";
        Observing = "observing", "观察中", "observing";
        Closed = "closed", "已销号", "closed";
    }
}

words! {
    Verdict {
        Untrue = "untrue", "不实", "untrue";
        True = "true", "属实", "true";
        Partly = "partly", "部分属实", "partly true";
        Unverifiable = "unverifiable", "无法核实", "unverifiable";
        Irrelevant = "irrelevant", "无关", "irrelevant";
    }
}
