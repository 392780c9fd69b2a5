use crate::Format;
use crate::tests::{Case, check};

#[test]
fn units() {
    check(
        Format::SystemdUnit,
        &[
            Case {
                text: "",
                reads: &[],
                without: &[],
                left: "",
            },
            Case {
                text: "[Service]\nEnvironment=A=canary\nType=simple\n",
                reads: &[
                    ("Service.Environment.A", "canary"),
                    ("Service.Type", "simple"),
                ],
                without: &[0],
                left: "[Service]\nType=simple\n",
            },
            Case {
                text: "[Service]\r\nEnvironment=\"A=b c\" 'D=e' F=\"g \\x41\" \\\r\n  # note\r\n  H=%%i\r\n",
                reads: &[
                    ("Service.Environment.A", "b c"),
                    ("Service.Environment.D", "e"),
                    ("Service.Environment.F", "g A"),
                    ("Service.Environment.H", "%i"),
                ],
                without: &[0, 2],
                left: "[Service]\r\nEnvironment='D=e' \\\r\n  # note\r\n  H=%%i\r\n",
            },
            Case {
                text: "[Service]\nEnvironment=A=1 \\\n  # note\n  B=2\nType=simple \\\\\nUser=me\n",
                reads: &[
                    ("Service.Environment.A", "1"),
                    ("Service.Environment.B", "2"),
                    ("Service.Type", "simple \\\\"),
                    ("Service.User", "me"),
                ],
                without: &[1],
                left: "[Service]\nEnvironment=A=1 \\\n  # note\n  \nType=simple \\\\\nUser=me\n",
            },
            Case {
                text: "[Service]\nEnvironmentFile=-/etc/x.env\nPassEnvironment=A B\nExecStart=/bin/x --token \"a b\"\nEnvironment=\n",
                reads: &[
                    ("Service.EnvironmentFile[0]", "/etc/x.env"),
                    ("Service.PassEnvironment[0]", "A"),
                    ("Service.PassEnvironment[1]", "B"),
                    ("Service.ExecStart[0]", "/bin/x"),
                    ("Service.ExecStart[1]", "--token"),
                    ("Service.ExecStart[2]", "a b"),
                ],
                without: &[2, 4, 5],
                left: "[Service]\nEnvironmentFile=-/etc/x.env\nPassEnvironment=A\nExecStart=/bin/x\nEnvironment=\n",
            },
        ],
    );
}

#[test]
fn environment_files() {
    check(
        Format::SystemdEnvFile,
        &[
            Case {
                text: "",
                reads: &[],
                without: &[],
                left: "",
            },
            Case {
                text: "# c\nA=canary\n;x\nB = \"a \\\"b\" 'c'\nC=a\\\n b # no \nD='x\ny'\nbroken\nE=",
                reads: &[
                    ("A", "canary"),
                    ("B", "a \"bc"),
                    ("C", "a b # no"),
                    ("D", "x\ny"),
                    ("E", ""),
                ],
                without: &[0, 3],
                left: "# c\n;x\nB = \"a \\\"b\" 'c'\nC=a\\\n b # no \nbroken\nE=",
            },
        ],
    );
}
