use crate::Format;
use crate::entries;
use crate::tests::{Case, check};

const HEAD: &str = "<?xml version=\"1.0\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"x\">\n<plist version=\"1.0\">\n<dict>\n";

#[test]
fn reads_and_removes() {
    let text = format!(
        "{HEAD}\t<key>EnvironmentVariables</key>\n\t<dict>\n\t\t<key>A</key>\n\t\t<string>can&amp;ary&#x41;</string>\n\t\t<key>B</key><string/>\n\t</dict>\n\t<!-- c -->\n\t<key>ProgramArguments</key>\n\t<array>\n\t\t<string>/bin/x</string>\n\t\t<string><![CDATA[<t>]]></string>\n\t</array>\n\t<key>RunAtLoad</key>\n\t<true/>\n</dict>\n</plist>\n"
    );
    let left = format!(
        "{HEAD}\t<key>EnvironmentVariables</key>\n\t<dict>\n\t\t<key>B</key><string/>\n\t</dict>\n\t<!-- c -->\n\t<key>ProgramArguments</key>\n\t<array>\n\t\t<string>/bin/x</string>\n\t</array>\n\t<key>RunAtLoad</key>\n\t<true/>\n</dict>\n</plist>\n"
    );
    check(
        Format::LaunchdPlist,
        &[Case {
            text: &text,
            reads: &[
                ("EnvironmentVariables.A", "can&aryA"),
                ("EnvironmentVariables.B", ""),
                ("ProgramArguments[0]", "/bin/x"),
                ("ProgramArguments[1]", "<t>"),
                ("RunAtLoad", "true"),
            ],
            without: &[0, 3],
            left: &left,
        }],
    );
}

#[test]
fn refuses_what_is_not_xml() {
    for (text, column) in [
        ("bplist00\u{1}", 1),
        ("<plist><dict><key>a</key>", 26),
        ("<plist></dict>", 8),
        ("<string>", 1),
    ] {
        let error = entries(Format::LaunchdPlist, text.as_bytes()).expect_err("refused");
        assert_eq!(error.column, column, "{error}");
    }
}
