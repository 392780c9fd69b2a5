use crate::Format;
use crate::tests::{Case, check, check_removal};

#[test]
fn reads_and_removes() {
    check(
        Format::Shell,
        &[
            Case {
                text: "",
                reads: &[],
                without: &[],
                left: "",
            },
            Case {
                text: "export A=b\n",
                reads: &[("A", "b")],
                without: &[0],
                left: "",
            },
            Case {
                text: "  export A=b # why\r\nx\r\n",
                reads: &[("A", "b")],
                without: &[0],
                left: "x\r\n",
            },
            Case {
                text: "export A=b C=\"d e\" F='g h'\n",
                reads: &[("A", "b"), ("C", "d e"), ("F", "g h")],
                without: &[0, 2],
                left: "export C=\"d e\"\n",
            },
            Case {
                text: "A=canary cmd args",
                reads: &[("A", "canary")],
                without: &[0],
                left: "cmd args",
            },
            Case {
                text: "A=1 B=2\nC=3",
                reads: &[("A", "1"), ("B", "2"), ("C", "3")],
                without: &[0, 1],
                left: "C=3",
            },
            Case {
                text: "A=1 B=2\n",
                reads: &[("A", "1"), ("B", "2")],
                without: &[1],
                left: "A=1\n",
            },
            Case {
                text: "declare -x A=$'x\\ty\\x41\\ca' B=$\"z\"\nset -gx KEY 'can ary'\nsetenv T tok\nset -x\n",
                reads: &[
                    ("A", "x\tyA\u{1}"),
                    ("B", "z"),
                    ("KEY", "can ary"),
                    ("T", "tok"),
                ],
                without: &[2, 3],
                left: "declare -x A=$'x\\ty\\x41\\ca' B=$\"z\"\nset -x\n",
            },
            Case {
                text: "cat <<'E' && A=1\nB='no\nE\nC=\"a\\\nb\"\n",
                reads: &[("A", "1"), ("C", "ab")],
                without: &[0],
                left: "cat <<'E' && :\nB='no\nE\nC=\"a\\\nb\"\n",
            },
            Case {
                text: "if x; then\n  export A=b\nfi\nf() { B=c; }\nexport C=d; ls\nls; D=e\nfunction g {\n  F=h\n}\n",
                reads: &[("A", "b"), ("B", "c"), ("C", "d"), ("D", "e"), ("F", "h")],
                without: &[0, 1, 2, 3, 4],
                left: "if x; then\n  :\nfi\nf() { :; }\nls\nls;\nfunction g {\n  :\n}\n",
            },
            Case {
                text: "A=\"$(echo \"it's\" | tr a b)\" B=`x 'y'` cmd # C=d\nD=(a 'b c')\n(( i=0 ))\nenv E=f run G=h\n",
                reads: &[
                    ("A", "$(echo \"it's\" | tr a b)"),
                    ("B", "`x 'y'`"),
                    ("D", "a 'b c'"),
                    ("E", "f"),
                ],
                without: &[2, 3],
                left: "A=\"$(echo \"it's\" | tr a b)\" B=`x 'y'` cmd # C=d\n(( i=0 ))\nenv run G=h\n",
            },
            Case {
                text: "export \\\n  A=b \\\n  C=d\n",
                reads: &[("A", "b"), ("C", "d")],
                without: &[0],
                left: "export \\\n  C=d\n",
            },
            Case {
                text: "x && export A=b || y\nA=c >f\n",
                reads: &[("A", "b"), ("A", "c")],
                without: &[0, 1],
                left: "x && : || y\n>f\n",
            },
        ],
    );
}

/// A value with a quote in it would close the open one, so not every value can be written here.
#[test]
fn reads_on_behind_a_quote_that_stays_open() {
    check_removal(
        Format::Shell,
        &[Case {
            text: "A='open\nB=c\n",
            reads: &[("A", "open"), ("B", "c")],
            without: &[1],
            left: "A='open\n",
        }],
    );
}
