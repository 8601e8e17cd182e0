//! Words across borders of words, and true ones in the same surroundings.

use crate::lexicon::Matcher;
use crate::lexicon::scan::tests::{compare, seen, terms};
use crate::model::Term;

#[test]
fn a_term_across_two_words_is_none() {
    compare(&[
        ("a coat, a service", "和服", "提供优质的产品和服务", ""),
        ("the coat", "和服", "她穿着和服拍照", "和服 plain"),
        ("the password of a telephone", "机密", "请重新设置手机密码", ""),
        ("a secret", "机密", "涉嫌泄露机密文件", "机密 plain"),
        ("a computer is going to", "机要", "这台计算机要火了", ""),
        ("papers of the office", "机要", "送交机要件", "机要 plain"),
        ("the bill of the lights", "明电", "按时缴纳照明电费", ""),
        ("a telegram", "明电", "收到内部明电一份", "明电 plain"),
        ("to lose heart", "失信", "他们丧失信心", ""),
        ("who does not keep his word", "失信", "被列为失信人员", "失信 plain"),
        ("to make sure that here", "保本", "确保本地区安全", ""),
        ("a promise", "保本", "承诺保本且收益高", "保本 plain"),
        ("to gather means", "集资", "多方筹集资金", ""),
        ("a crime", "集资", "涉嫌非法集资被查", "集资 plain"),
        ("to make false goods", "造假", "制造假冒商品", ""),
        ("false books", "造假", "公司财务造假被罚", "造假 plain"),
        ("a market in decline", "退市", "进入衰退市场", ""),
        ("off the market", "退市", "公司股票退市风险", "退市 plain"),
    ]);
}

#[test]
fn a_longer_word_around_a_term_says_nothing_against_it() {
    compare(&[
        ("a kind of repurchase, unless it is excluded", "质押", "开展质押式回购", "质押 plain"),
        ("the limit of a day", "跌停", "连续三天跌停板", "跌停 plain"),
        ("an order", "立案调查", "被证监会立案调查组问询", "立案调查 plain"),
    ]);
}

#[test]
fn a_border_is_not_hidden_by_a_disguise() {
    compare(&[
        ("traditional", "和服", "提供優質的產品和服務", ""),
        ("something unseen", "和服", "产品和\u{200b}服务", ""),
        ("a line end", "和服", "我们的产品和\n服务都很好", ""),
        ("a blank", "和服", "我们的产品和 服务都很好", ""),
        ("a disguised term keeps its own", "和服", "她穿着和\u{200b}服拍照", "和\u{200b}服 folded"),
    ]);
}

/// A row: the term, a text that only has its characters, a text that has the word.
type Pair = (&'static str, &'static str, &'static str);

fn compare_pairs(pairs: &[Pair]) {
    for &(term, silent, found) in pairs {
        let matcher = Matcher::new(terms(term)).expect("one term");
        assert_eq!(seen(&matcher, silent), "", "{term} is not in {silent}");
        assert_eq!(seen(&matcher, found), format!("{term} plain"), "{term} is in {found}");
    }
}

#[test]
fn what_readers_complained_about_is_silent_and_the_true_use_is_not() {
    compare_pairs(&[
        ("减持", "双方坚持协商解决", "股东计划减持股份"),
        ("平仓", "货物持平仓储成本上升", "质押股份被平仓"),
        ("爆雷", "列装防爆雷达", "多家机构爆雷"),
        ("易主", "交易主体不变", "控股股东易主"),
        ("易主", "比较容易主动出击", "控股股东易主"),
        ("立案", "确立案例指导制度", "被证监会立案"),
        ("担保", "企业承担保障责任", "违规担保金额"),
        ("破产", "技术突破产能瓶颈", "公司申请破产"),
        ("增发", "新增发展对象", "公司拟增发股票"),
        ("并购", "两家合并购买设备", "公司筹划并购重组"),
        ("裁员", "公司总裁员工持股", "公司宣布裁员"),
        ("食物中毒", "食物，其中毒品数量较大", "多名学生食物中毒"),
        ("中毒", "其中毒品数量较大", "多名学生中毒"),
        ("失联", "已丢失联系方式", "董事长失联"),
        ("集资", "征集资料的通知", "涉嫌集资"),
        ("特急", "门诊和特急诊", "文件标注特急"),
        ("机要", "时机要把握好", "送交机要件"),
        ("布署", "公布署名文章", "全面布署工作"),
        ("按装", "按装修合同", "按装空调"),
        ("私服", "老师服务态度好", "开设私服牟利"),
    ]);
}

#[test]
fn another_sense_of_the_same_word_needs_its_phrase() {
    for (term, phrase, silent, found) in [
        ("爆雷", "起爆雷管", "工兵引起爆雷管", "理财平台爆雷"),
        ("质押", "质押式回购", "开展质押式回购业务", "股东质押所持股份"),
        ("摘牌", "土地摘牌", "土地摘牌成功", "公司股票被摘牌"),
        ("戴帽", "戴帽子", "冬天戴帽子出门", "披星戴帽的公司"),
        ("托管", "课后托管", "课后托管班报名", "股权托管协议"),
        ("重组", "重组蛋白", "重组蛋白疫苗", "重大资产重组"),
        ("罢工", "空调罢工", "家里空调罢工了", "工人集体罢工"),
        ("踩踏", "踩踏实", "脚踩踏实的土地", "发生踩踏事故"),
        ("爆炸", "信息爆炸", "信息爆炸的时代", "厂房发生爆炸"),
        ("溺水", "防溺水", "开展防溺水宣传", "两名儿童溺水"),
        ("回购", "逆回购", "央行开展逆回购操作", "公司拟回购股份"),
        ("立案调查", "反倾销立案调查", "商务部反倾销立案调查", "被证监会立案调查"),
        ("被留置", "被留置针", "手上被留置针扎着", "董事长被留置"),
    ] {
        let unless = vec![phrase.to_owned()];
        let matcher = Matcher::new(vec![Term { unless, ..Term::new(term, "", 3) }]).expect("one term");
        assert_eq!(seen(&matcher, silent), "", "{term} does not count in {silent}");
        assert_eq!(seen(&matcher, found), format!("{term} plain"), "{term} is in {found}");
    }
}
