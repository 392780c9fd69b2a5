use super::{remove_section, sections, set};
use crate::Format;
use crate::tests::{Case, check_removal};

#[test]
fn reads_and_removes() {
    let aws = "# top\n[default]\naws_access_key_id = canary1 ; why\n[profile x]\nregion=eu-west-1\ns3 =\n  max = 10\n  addressing = path\nrole = a\n   b\n";
    let cases = [
        Case {
            text: "",
            reads: &[],
            without: &[],
            left: "",
        },
        Case {
            text: aws,
            reads: &[
                ("default.aws_access_key_id", "canary1"),
                ("[\"profile x\"].region", "eu-west-1"),
                ("[\"profile x\"].s3.max", "10"),
                ("[\"profile x\"].s3.addressing", "path"),
                ("[\"profile x\"].role", "a\nb"),
            ],
            without: &[0, 2, 4],
            left: "# top\n[default]\n[profile x]\nregion=eu-west-1\ns3 =\n  addressing = path\n",
        },
        Case {
            text: "[a]\nsecret : FAKE/x=\n@scope:registry=https://r.example\nother:b\n",
            reads: &[
                ("a.secret", "FAKE/x="),
                ("a[\"@scope:registry\"]", "https://r.example"),
                ("a.other", "b"),
            ],
            without: &[0],
            left: "[a]\n@scope:registry=https://r.example\nother:b\n",
        },
        Case {
            text: "//registry.npmjs.org/:_authToken=canary\r\nemail = \"a b\"\r\nalways-auth",
            reads: &[
                ("[\"//registry.npmjs.org/:_authToken\"]", "canary"),
                ("email", "a b"),
            ],
            without: &[0],
            left: "email = \"a b\"\r\nalways-auth",
        },
    ];
    // Nothing can be quoted in this format, so not every value can be written.
    check_removal(Format::Ini, &cases);
}

#[test]
fn sets() {
    let check = |text: &str, section: &str, key: &str, value: &str, expected: &str| {
        let result = set(text.as_bytes(), section, key, value).expect("sets");
        assert_eq!(String::from_utf8_lossy(&result), expected);
    };
    check("", "default", "region", "x", "[default]\nregion = x\n");
    check("[a]\nk = v", "b", "k", "w", "[a]\nk = v\n\n[b]\nk = w\n");
    check(
        "[a]\nk=v # c\n\n[b]\nk=v\n",
        "a",
        "k",
        "w",
        "[a]\nk=w # c\n\n[b]\nk=v\n",
    );
    check(
        "[a]\r\nk = v\r\n\r\n[b]\r\n",
        "a",
        "z",
        "w",
        "[a]\r\nk = v\r\nz = w\r\n\r\n[b]\r\n",
    );
    check("[a]\nk = v", "a", "z", "w", "[a]\nk = v\nz = w");
    check("[a]\nk = v\n", "", "z", "w", "z = w\n[a]\nk = v\n");
    check(
        "[a]\ns3 =\n  k = 1\n",
        "a",
        "k",
        "2",
        "[a]\ns3 =\n  k = 1\nk = 2\n",
    );
    for (section, key, value) in [
        ("a", "k", "x\ny"),
        ("a", "k", "x # y"),
        ("a", "k", "'x'"),
        ("a]", "k", "x"),
        ("a", "#k", "x"),
    ] {
        assert!(
            set(b"[a]\nz = 1\n", section, key, value).is_err(),
            "{section} {key} {value}"
        );
    }
}

#[test]
fn removes_sections() {
    let text = b"[a]\nk = 1\n\n# about b\n[b]\nk = 2\n";
    assert_eq!(sections(text), ["a", "b"]);
    assert_eq!(
        remove_section(text, "a").expect("removes"),
        b"# about b\n[b]\nk = 2\n"
    );
    assert_eq!(
        remove_section(text, "b").expect("removes"),
        b"[a]\nk = 1\n\n# about b\n"
    );
    assert!(remove_section(text, "c").is_err());
}
