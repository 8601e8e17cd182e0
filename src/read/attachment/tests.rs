use super::*;
use proptest::prelude::*;
use std::io::Write;
use zip::write::SimpleFileOptions;

macro_rules! fixtures {
    ($($name:literal),+) => {
        const FILES: &[(&str, &[u8])] =
            &[$(($name, include_bytes!(concat!("../../../tests/fixtures/attachments/", $name)))),+];
    };
}

fixtures!(
    "list.xlsx",
    "list.xls",
    "list.ods",
    "list.csv",
    "notice.docx",
    "notice.doc",
    "notice.odt",
    "notice.pdf",
    "table.pdf",
    "unprintable.pdf",
    "old.pdf",
    "locked.pdf"
);

fn read_bytes(bytes: &[u8]) -> Result<Attachment, Unreadable> {
    read(&Body::of(bytes))
}

fn file(name: &str) -> &'static [u8] {
    FILES.iter().find(|(known, _)| *known == name).unwrap().1
}

#[test]
fn what_a_table_holds_is_read_with_what_it_hides() {
    for name in ["list.xlsx", "list.xls", "list.ods"] {
        let list = read_bytes(file(name)).unwrap();
        assert_eq!(list.cut, None, "{name}");
        for (why, line) in [
            ("the sheet", "工作表 名单"),
            ("what a column hides", "隐藏的列：C"),
            ("headings", "第1行：序号，姓名，身份证号，手机，银行卡，日期，占比"),
            (
                "numbers without exponents, dates as dates",
                "第2行：1，甲一，110101204803074516，13812345678，6222020000000000000，2026-01-14，0.125",
            ),
            ("what a row hides", "第3行（隐藏）：2，乙二，110101204506122331，13912345679，2026-01-15 08:30"),
            ("a line break in a cell", "第4行：3，丙三，备注： 换行"),
            ("what a sheet hides", "工作表 底稿（隐藏）"),
            ("its row by its number", "第5行：联系人 13700000001"),
        ] {
            let found = list.text.lines().any(|known| known.starts_with(line));
            assert!(found, "{name}, {why}: {}", list.text);
        }
        let comment = list.text.lines().find(|line| line.ends_with("家庭住址：砚溪路一号"));
        assert!(comment.is_some_and(|line| line.starts_with("批注")), "{name}: {}", list.text);
    }
    let header = |name: &str| read_bytes(file(name)).unwrap().text.contains("页眉页脚：内部资料");
    assert!(header("list.xlsx") && header("list.xls"));
}

#[test]
fn what_a_document_says_is_read_with_what_is_not_printed() {
    for name in ["notice.docx", "notice.doc", "notice.odt", "notice.pdf", "unprintable.pdf"] {
        let notice = read_bytes(file(name)).unwrap();
        let mut expected = vec![
            "岚栎科技名单公示",
            "现将名单公示如下，公示期五个工作日。",
            "姓名，身份证号，手机",
            "甲一，110101204803074516，13812345678",
            "乙二，110101204506122331，13912345679",
            "不打印的一句",
            "联系人：丙三，电话 0000-0000000。",
        ];
        // On paper it is not there.
        expected.retain(|line| !(name.ends_with("pdf") && *line == "不打印的一句"));
        let body: Vec<&str> =
            notice.text.lines().filter(|line| !matches!(*line, "内部资料" | "页眉")).collect();
        assert_eq!(body, expected, "{name}");
        assert!(notice.text.contains("内部资料"), "{name}: the header");
    }
}

#[test]
fn a_pdf_without_its_fonts_is_read_by_the_names_of_their_encodings() {
    for name in ["table.pdf", "old.pdf"] {
        let table = read_bytes(file(name)).unwrap();
        let lines: Vec<&str> = table.text.lines().collect();
        assert!(
            lines[0].matches("全市餐饮单位抽检合格率为百分之九十八，较去年同期有所提高。").count() == 2,
            "{lines:?}"
        );
        assert_eq!(lines.len(), 4, "long lines are joined, rows are not: {lines:?}");
        for number in ["110101204803074516", "13812345678"] {
            let alone = |c: char| !c.is_ascii_digit();
            let places: Vec<_> = table.text.match_indices(number).collect();
            assert_eq!(places.len(), 1, "{name}: {}", table.text);
            let (before, after) = (&table.text[..places[0].0], &table.text[places[0].0 + number.len()..]);
            assert!(before.ends_with(alone) && after.starts_with(alone), "{name}: {number} stands alone");
        }
    }
}

#[test]
fn a_table_as_plain_text_is_read_in_its_own_encoding() {
    let url = Url::parse("https://yanxi.example/list.csv").unwrap();
    let csv = read(&Body { url: Some(&url), ..Body::of(file("list.csv")) }).unwrap();
    assert!(csv.text.contains("第2行：甲一，110101204803074516，13812345678"), "{}", csv.text);
}

#[test]
fn what_cannot_be_read_is_said_in_words() {
    for (why, bytes, expected) in [
        ("a password", file("locked.pdf"), "a PDF file locked with a password; open it by hand"),
        ("a picture", b"\x89PNG\r\n\x1a\n", "a PNG picture is not a document that is read"),
        ("an archive", b"PK\x03\x04 nothing in it", "a ZIP archive is not a document that is read"),
        ("a page", b"<html><p>x</p>", "an HTML page is not a document that is read"),
        (
            "a login in its place",
            "<title>用户登录</title><input type=password>".as_bytes(),
            "a login page instead of",
        ),
        ("half a PDF", b"%PDF-1.4\n1 0 obj<</Type/Catalog", "a PDF file without pages"),
        ("half a workbook", &file("list.xls")[..3000], "an office document of the old binary kind"),
        ("no text in it", b" \n ", "the body is empty"),
    ] {
        let error = read_bytes(bytes).unwrap_err().to_string();
        assert!(error.contains(expected), "{why}: {error}");
    }
}

#[test]
fn links_promise_files_by_their_endings() {
    let readable = Some(Promise::Readable);
    for (why, path, called, expected) in [
        ("plainly", "/a/list.XLSX", "", readable),
        ("in the query", "/download.jsp?file=%E5%90%8D%E5%8D%95.pdf", "", readable),
        ("by its name", "/download?id=5", "附件：名单.xls", readable),
        ("by its name, in brackets", "/download?id=5", "（附件1.docx）", readable),
        ("WPS", "/a.wps", "", readable),
        ("an archive", "/a.rar", "", Some(Promise::Unread("rar"))),
        ("a page", "/a/1.html", "名单", None),
        ("a host", "/go?to=www.yanxi.example", "", None),
        ("a name with a stop", "/a/", "见 No.1", None),
        ("only an ending", "/.pdf", "", None),
    ] {
        let url = Url::parse("https://yanxi.example/").unwrap().join(path).unwrap();
        assert_eq!(promised(&url, called), expected, "{why}");
    }
    let name = |path: &str| file_name(&Url::parse("https://yanxi.example/").unwrap().join(path).unwrap());
    assert_eq!(name("/a/%E5%90%8D%E5%8D%95+1.xls").as_deref(), Some("名单+1.xls"));
    assert_eq!(name("/d?f=/up/%E5%90%8D%E5%8D%95.pdf").as_deref(), Some("名单.pdf"));
}

/// An archive of these parts.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const BOOK: &[u8] = b"<workbook><sheets><sheet name='a' r:id='r1'/></sheets></workbook>";
const RELS: &[u8] = b"<Relationships><Relationship Id='r1' Target='worksheets/sheet1.xml' Type='x/worksheet'/></Relationships>";

fn workbook(sheet: &[u8], strings: &[u8]) -> Vec<u8> {
    archive(&[
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", RELS),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", strings),
    ])
}

#[test]
fn a_bomb_goes_out_unheard() {
    let row = "<row r='1'><c t='inlineStr'><is><t>甲</t></is></c></row>";
    let heavy = [b"<sheetData>", row.as_bytes(), &vec![b' '; UNPACKED + 10]].concat();
    let long = format!("<sst><si><t>{}</t></si></sst>", "甲".repeat(300_000));
    let again =
        format!("<sheetData><row r='1'>{}</row></sheetData>", "<c t='s'><v>0</v></c>".repeat(200_000));
    let many = format!("<sheetData>{}</sheetData>", row.repeat(400_000));
    let far = "<sheetData><row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>2</v></c></row></sheetData>";
    for (why, bytes, cut) in [
        ("unpacked without end", workbook(&heavy, b""), Some("it unpacks to more than is read")),
        (
            "one text in many cells",
            workbook(again.as_bytes(), long.as_bytes()),
            Some("only the first 2000 kB"),
        ),
        ("many rows", workbook(many.as_bytes(), b""), Some("only the first 2000 kB")),
        ("two cells far apart", workbook(far.as_bytes(), b""), None),
        ("nested without end", workbook("<a>".repeat(1_000_000).as_bytes(), b""), None),
    ] {
        let start = std::time::Instant::now();
        let read = read_bytes(&bytes).unwrap_or_else(|error| panic!("{why}: {error}"));
        assert!(read.text.len() <= TEXT + 4, "{why}");
        match cut {
            Some(cut) => {
                assert!(read.cut.as_ref().is_some_and(|why| why.contains(cut)), "{why}: {:?}", read.cut);
            }
            None => assert_eq!(read.cut, None, "{why}"),
        }
        assert!(start.elapsed().as_secs() < 20, "{why}: {:?}", start.elapsed());
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(bytes).unwrap();
    zlib.finish().unwrap()
}

fn pdf(objects: &[&str], content: &[u8], filter: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    for (number, object) in objects.iter().enumerate() {
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).into_bytes());
    }
    out.extend(format!("90 0 obj\n<</Length {}/Filter[{filter}]>>\nstream\n", content.len()).into_bytes());
    out.extend(content);
    out.extend(b"\nendstream\nendobj\ntrailer<</Root 1 0 R>>");
    out
}

const CATALOG: &str = "<</Type/Catalog/Pages 2 0 R>>";
const PAGES: &str = "<</Type/Pages/Kids[3 0 R]/Count 1>>";
const PAGE: &str = "<</Type/Page/Contents 90 0 R/Resources<</Font<</F 4 0 R>>/XObject<</X 5 0 R>>>>>>";
const FONT: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";

#[test]
fn a_pdf_is_read_however_it_is_written() {
    let text = b"BT /F 12 Tf 72 700 Td (Yanxi \\(604518\\)) Tj 0 -14 Td [(Lan) 20 (li) -3000 (138)] TJ ET";
    for (why, objects, content, filter, expected) in [
        ("plainly", &[CATALOG, PAGES, PAGE, FONT][..], text.to_vec(), "", "Yanxi (604518)\nLanli，138"),
        ("packed", &[CATALOG, PAGES, PAGE, FONT], packed(text), "/FlateDecode", "Yanxi (604518)\nLanli，138"),
        (
            "in letters",
            &[CATALOG, PAGES, PAGE, FONT],
            text.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes(),
            "/AHx",
            "Yanxi (604518)\nLanli，138",
        ),
        ("without a tree", &["<<>>", "<<>>", PAGE, FONT], text.to_vec(), "", "Yanxi (604518)\nLanli，138"),
        (
            "a tree in a circle",
            &[CATALOG, "<</Type/Pages/Kids[2 0 R 3 0 R 2 0 R]>>", PAGE, FONT],
            text.to_vec(),
            "",
            "Yanxi (604518)\nLanli，138",
        ),
        (
            "a comment beside it",
            &[CATALOG, PAGES, PAGE, FONT, "<</Subtype/Text/Rect[0 0 1 1]/Contents<FEFF6279>>>"],
            text.to_vec(),
            "",
            "Yanxi (604518)\nLanli，138\n批注：批",
        ),
        (
            "a form filled in",
            &[CATALOG, PAGES, PAGE, FONT, "<</FT/Tx/T(a)/V(13812345678)>>"],
            text.to_vec(),
            "",
            "Yanxi (604518)\nLanli，138\n表单：13812345678",
        ),
    ] {
        let read =
            read_bytes(&pdf(objects, &content, filter)).unwrap_or_else(|error| panic!("{why}: {error}"));
        assert_eq!((read.text.as_str(), &read.cut), (expected, &None), "{why}");
    }
}

#[test]
fn a_pdf_that_never_ends_ends() {
    let zeros = packed(&packed(&vec![b' '; UNPACKED + 10]));
    let text = b"BT /F 12 Tf (a) Tj ET ".repeat(100_000);
    let circle = b"/X Do ".repeat(20_000);
    let form = "<</Type/XObject/Subtype/Form/Length 11>>\nstream\n/X Do /X Do\nendstream";
    let deep = "[".repeat(200_000);
    for (why, objects, content, filter) in [
        ("packed twice", &[CATALOG, PAGES, PAGE, FONT][..], zeros, "/FlateDecode/FlateDecode"),
        ("much text", &[CATALOG, PAGES, PAGE, FONT], packed(&text), "/FlateDecode"),
        ("a form that draws itself", &[CATALOG, PAGES, PAGE, FONT, form], packed(&circle), "/FlateDecode"),
        ("nested", &[CATALOG, PAGES, PAGE, FONT, &deep], b"BT".to_vec(), ""),
    ] {
        let start = std::time::Instant::now();
        let read = read_bytes(&pdf(objects, &content, filter));
        assert!(read.is_err() || read.unwrap().text.len() <= TEXT + 4, "{why}");
        assert!(start.elapsed().as_secs() < 20, "{why}: {:?}", start.elapsed());
    }
}

/// Not a test of its own: `cargo test -- --ignored --nocapture attachments_cost` prints the figures.
#[test]
#[ignore = "a measurement"]
fn attachments_cost() {
    let cell = |n: usize| {
        format!("<c t='inlineStr'><is><t>甲{n}</t></is></c><c><v>{}</v></c>", 13_800_000_000_usize + n)
    };
    let rows: String = (0..100_000).map(|n| format!("<row r='{n}'>{}</row>", cell(n))).collect();
    let book = workbook(format!("<sheetData>{rows}</sheetData>").as_bytes(), b"");
    let text = b"BT /F 12 Tf 72 700 Td (Yanxi 604518 Lanli) Tj ET ".repeat(40_000);
    let nothing = format!("<sheetData><row>{}", "<c/>".repeat(UNPACKED / 4 - 100));
    let sheets = [
        ("a workbook of 16 million empty cells", workbook(nothing.as_bytes(), b"")),
        (
            "a PDF of 30 million operators",
            pdf(&[CATALOG, PAGES, PAGE, FONT], &packed(&b"q ".repeat(UNPACKED / 2 - 100)), "/FlateDecode"),
        ),
        ("a workbook of 100,000 rows", book),
        ("a PDF of 40,000 lines", pdf(&[CATALOG, PAGES, PAGE, FONT], &packed(&text), "/FlateDecode")),
    ];
    for (name, bytes) in FILES.iter().map(|(name, bytes)| (*name, bytes.to_vec())).chain(sheets) {
        let start = std::time::Instant::now();
        let read = std::hint::black_box(read_bytes(&bytes));
        let (took, out) = (start.elapsed(), read.map_or(0, |read| read.text.len()));
        println!(
            "{name}: {} kB in, {} kB out, {:.1} ms",
            bytes.len() / 1000,
            out / 1000,
            took.as_secs_f64() * 1e3
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 48 } else { 256 }))]

    #[test]
    fn no_damage_makes_a_reader_panic(
        which in 0..FILES.len(),
        keep in 0.0..1.0_f64,
        marks in proptest::collection::vec((any::<u32>(), any::<u8>()), 0..40),
    ) {
        let whole = FILES[which].1;
        let mut bytes = whole.to_vec();
        for (place, value) in marks {
            let place = place as usize % bytes.len();
            bytes[place] = value;
        }
        // Half of them are cut as well.
        if keep < 0.5 {
            bytes.truncate((whole.len() as f64 * keep * 2.0) as usize);
        }
        if let Ok(read) = read_bytes(&bytes) {
            prop_assert!(read.text.len() <= TEXT + 4);
        }
    }

    #[test]
    fn no_parts_make_a_reader_panic(sheet in "(<(row|c|v|is|t|/c|/row|col)( [a-z]='[0-9a-z]{0,4}')?/?>|[0-9]{0,12}|&[a-z#0-9]{0,4};?){0,60}") {
        for name in ["xl/worksheets/sheet1.xml", "word/document.xml", "content.xml", "ppt/slides/slide1.xml"] {
            let xml = sheet.as_bytes();
            let bytes = archive(&[("xl/workbook.xml", BOOK), ("xl/_rels/workbook.xml.rels", RELS), (name, xml), ("xl/styles.xml", xml), ("xl/sharedStrings.xml", xml)]);
            let mut paper = Paper::new(TEXT, UNPACKED);
            let mut package = package::Package::open(&bytes, "a test").unwrap();
            for reader in [sheet::xlsx, sheet::ods, word::docx, word::odt, word::pptx] {
                reader(&mut package, &mut paper);
            }
        }
    }

    #[test]
    fn no_words_make_the_reader_of_pdf_panic(
        words in "(<<|>>|\\[|\\]|\\(|\\)|/[A-Z][a-z]{0,6}|[0-9]{1,3} 0 R|-?[0-9.]{1,5}|BT|ET|Tj|TJ|Tf|Td|Do|q|Q|cm|stream\n|endstream|endobj|[0-9]{1,2} 0 obj|beginbfchar|endbfrange|<[0-9A-F]{0,8}>| ){0,80}",
    ) {
        let _ = read_bytes(format!("%PDF-1.4\n{words}").as_bytes());
        let _ = read_bytes(&pdf(&[CATALOG, PAGES, PAGE, &words], words.as_bytes(), ""));
        let form = format!("<</Subtype/Form/Length {}>>\nstream\n{words}\nendstream", words.len());
        let _ = read_bytes(&pdf(&[CATALOG, PAGES, PAGE, FONT, &form], b"/X Do BT /F 9 Tf (a) Tj", ""));
    }
}
