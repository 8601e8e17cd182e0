//! Marks as they stand on papers, and the words of ordinary pages that hold the same characters.

use super::*;
use proptest::prelude::*;

fn seen(text: &str) -> Vec<&str> {
    find(text).iter().map(|one| &text[one.start..one.end]).collect()
}

#[test]
fn marks_are_found_where_they_stand_on_papers() {
    for (why, text, expected) in [
        ("a level with its star", "机密★", vec!["机密★"]),
        ("and a term", "秘密★1年\n关于印发方案的通知", vec!["秘密★1年"]),
        ("in Chinese figures", "机密★五年", vec!["机密★五年"]),
        ("for long", "绝密★长期", vec!["绝密★长期"]),
        ("until it is used", "绝密★启用前", vec!["绝密★启用前"]),
        ("an open star", "机密☆5年", vec!["机密☆5年"]),
        ("an asterisk and a term", "秘密*10年", vec!["秘密*10年"]),
        ("a wide asterisk", "机密＊３年", vec!["机密＊３年"]),
        ("an asterisk alone on its line", "通知\n机密*\n各科室：", vec!["机密*"]),
        ("spaced", "机 密 ★ 5 年", vec!["机 密 ★ 5 年"]),
        ("wide spaces", "秘　密　★", vec!["秘　密　★"]),
        ("nothing seen between", "机\u{200b}密\u{200b}★", vec!["机\u{200b}密\u{200b}★"]),
        ("traditional", "機密★長期", vec!["機密★長期"]),
        ("within a heading", "砚溪市人民政府文件 机密★1年 特急", vec!["机密★1年"]),
        ("the field of a form", "密级：秘密", vec!["秘密"]),
        ("the field of a form, spaced", "密 级: 机 密", vec!["机 密"]),
        ("a term without a star, on its line", "秘密 5年", vec!["秘密 5年"]),
        ("a level as the heading of a paper", "机密\n砚政发〔2026〕3号\n各部门：", vec!["机密"]),
        ("an open telegram", "内部明电 砚溪市发来", vec!["内部明电"]),
        ("spaced", "内 部 明 电", vec!["内 部 明 电"]),
        ("in a sentence, too", "现将内部明电第三号全文张贴如下", vec!["内部明电"]),
        ("urgent", "特急·明电", vec!["特急·明电"]),
        ("urgent, in its heading", "特急\n砚政办〔2026〕7号\n关于做好工作的通知", vec!["特急"]),
        ("a telegram's number", "砚溪市发电〔2026〕12号", vec!["发电〔2026〕"]),
        ("coded", "密码电报", vec!["密码电报"]),
        ("by the secret post", "机要件", vec!["机要件"]),
        ("in brackets", "（机要件）关于会议安排", vec!["机要件"]),
        ("the secret post, in a heading", "机要\n签发人：王某\n关于安排的请示", vec!["机要"]),
        ("keep it", "内部资料 注意保存", vec!["内部资料 注意保存"]),
        ("with a comma", "内部资料，注意保管", vec!["内部资料，注意保管"]),
        ("in one", "内部文件注意保密", vec!["内部文件注意保密"]),
        ("spaced", "内 部 资 料　注 意 保 存", vec!["内 部 资 料　注 意 保 存"]),
        ("alone on its line", "内部文件\n砚溪市委办公室", vec!["内部文件"]),
        ("in brackets", "【内部资料】三季度情况", vec!["内部资料"]),
        ("do not spread", "此件不得外传", vec!["此件不得外传"]),
        ("do not spread", "会议纪要（不得外传）", vec!["不得外传"]),
        ("please", "内部资料，请勿外传！", vec!["请勿外传"]),
        ("strictly", "内部材料 严禁外泄", vec!["内部材料 严禁外泄"]),
        ("not on the net", "此件严禁上网", vec!["此件严禁上网"]),
        ("give it back", "（会后收回）", vec!["会后收回"]),
        ("after reading", "阅后请退回", vec!["阅后请退回"]),
        ("for whom", "仅供内部参阅", vec!["仅供内部参阅"]),
        ("for whom", "仅供领导参考，请妥善保管", vec!["仅供领导参考"]),
        ("not public", "（此件不公开）", vec!["此件不公开"]),
    ] {
        assert_eq!(seen(text), expected, "{why}: {text}");
    }
}

#[test]
fn ordinary_pages_bear_no_mark() {
    for text in [
        "小朋友在秘密花园里玩了一天",
        "公司与员工签订商业秘密保护协议",
        "计算机要定期升级",
        "创业者对时机要把握准确",
        "抓住时机要件件有落实",
        "照明电费下降三成",
        "机床达到精密级",
        "全县保密工作会议召开",
        "夜间特急诊绿色通道",
        "企业秘密级别说明",
        "心情特急切，提前两小时到场",
        "电影《机密行动》★★★★★",
        "秘密☆花园 今日开业",
        "机密★★★★☆ 剧情紧凑",
        "**机密** 是一款桌游",
        "请勿转载，违者必究",
        "客户资料不得外传，是公司的规定",
        "公司内部资料显示，三季度营收增长",
        "网传内部文件不实",
        "内部控制制度",
        "供内部员工使用的班车",
        "水力发电（2026）年度报告",
        "风力发电2026年增长",
        "照片阅后即焚功能上线",
        "说不出的秘密",
        "秘密\n这是一本小说",
        "特急\n请问哪里有修鞋的",
        "会后收回的问卷共三百份",
        "注意保存小票，凭票退换",
        "防泄密、防窃密宣传周",
        "手机密码忘了怎么办",
        "请勿上网传播谣言",
        "相机要火了",
    ] {
        assert_eq!(seen(text), Vec::<&str>::new(), "{text}");
    }
}

proptest! {
    #[test]
    fn marks_are_slices_of_any_text(text in "[机秘绝密★*年5长期内部明电资料注意保存 \\n：（）〔〕发特急要件不得外传后收回\u{200b}]{0,40}", any in "\\PC{0,20}") {
        let text = text + &any;
        let marks = find(&text);
        for one in &marks {
            prop_assert!(one.start < one.end && text.get(one.start..one.end).is_some());
        }
        prop_assert!(marks.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }
}
