//! The public face of the crate: every rule, both ways to scan, and the search for known values.

use bedlock_detect::{
    Alphabet, Dice, Encoding, GENERIC_ID, Match, Rule, Shape, Stream, ValueSearch, fake, rule,
    rules, scan,
};
use proptest::prelude::*;
use std::collections::HashSet;

const LETTERS: Alphabet =
    Alphabet::of(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

fn ids(text: &str) -> Vec<&'static str> {
    scan(text.as_bytes())
        .iter()
        .map(|found| found.rule.id)
        .collect()
}

/// Tells whether `text` yields exactly `value` as a credential of `rule`.
fn finds(rule: &Rule, text: &str, value: &str) -> bool {
    scan(text.as_bytes()).iter().any(|found| {
        found.rule.id == rule.id
            && value.contains(&text[found.span.clone()])
            && found.span.len() > 7
    })
}

#[test]
fn rules_are_complete_and_their_ids_unique() {
    let mut seen = HashSet::new();
    let mut names = HashSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.id), "{} twice", rule.id);
        assert_eq!(bedlock_detect::rule(rule.id), Some(rule));
        for (what, text) in [
            ("provider", rule.provider),
            ("title", rule.title),
            ("opens", rule.opens),
            ("revoke", rule.revoke),
            ("source", rule.source),
        ] {
            assert!(!text.is_empty(), "{} has no {what}", rule.id);
        }
        assert_eq!(
            matches!(rule.shape, Shape::Token(_)),
            !rule.prefixes.is_empty(),
            "{}",
            rule.id
        );
        for name in rule.env_names {
            assert!(names.insert(*name), "{}: {name} has two owners", rule.id);
        }
    }
    assert!(seen.contains(GENERIC_ID));
}

#[test]
fn every_shape_is_found_wherever_it_stands() {
    let mut dice = Dice::new(1);
    for rule in rules()
        .iter()
        .filter(|rule| !matches!(rule.shape, Shape::Named))
    {
        for _ in 0..4 {
            let value = fake(rule, &mut dice);
            for text in [
                value.clone(),
                format!("see {value} and"),
                format!("`{value}`"),
                format!("a\t{value}\n"),
                format!("{{\"text\":\"first\\n{value}\\nlast\"}}"),
                format!("{{\\\"text\\\":\\\"first\\\\n{value}\\\\nlast\\\"}}"),
                format!("\u{1b}[32m{value}\u{1b}[0m"),
                format!("https://h.example/x?a=1&b={value}&c=2"),
            ] {
                assert!(
                    finds(rule, &text, &value),
                    "{}: {text} gives {:?}",
                    rule.id,
                    ids(&text)
                );
            }
        }
    }
}

#[test]
fn every_variable_names_its_provider() {
    let mut dice = Dice::new(2);
    for rule in rules()
        .iter()
        .filter(|rule| matches!(rule.shape, Shape::Named))
    {
        let value = fake(rule, &mut dice);
        for name in rule.env_names {
            for text in [
                format!("export {name}={value}\n"),
                format!("{name}=\"{value}\""),
                format!("{{\"env\":{{\"{name}\":\"{value}\"}}}}"),
                format!("{{\\\"{name}\\\":\\\"{value}\\\"}}"),
                format!("  {name}: {value}\n"),
                format!("Environment=\"{name}={value}\""),
                format!("HOME=/root\0{name}={value}\0PATH=/bin"),
            ] {
                assert!(
                    finds(rule, &text, &value),
                    "{}: {text} gives {:?}",
                    rule.id,
                    ids(&text)
                );
            }
        }
    }
}

#[test]
fn every_variable_is_known_by_its_name_alone() {
    for rule in rules() {
        for name in rule.env_names {
            for spelling in [
                name.to_string(),
                name.to_lowercase(),
                format!("WORK_{name}_2"),
            ] {
                let hint = bedlock_detect::credential_name(&spelling);
                let known = hint.is_some_and(|hint| hint.strong && hint.rule == Some(rule));
                // In lower case a name in camel case falls into one word.
                let camel = spelling != *name && !name.contains(['_', '-']);
                assert!(known || camel, "{}: {spelling}", rule.id);
            }
        }
    }
}

#[test]
fn a_variable_decides_a_shape_that_several_providers_share() {
    let mut dice = Dice::new(3);
    for shared in rules().iter().filter(|rule| rule.shared_shape) {
        let value = fake(shared, &mut dice);
        assert_eq!(
            ids(&format!("DEEPSEEK_API_KEY={value}\n")),
            ["deepseek-api-key"]
        );
        assert_eq!(ids(&format!("apiKey: '{value}'\n")), [shared.id]);
    }
}

#[test]
fn near_misses_are_left_alone() {
    let mut dice = Dice::new(4);
    for rule in rules() {
        for text in rule.counter_examples {
            assert_eq!(ids(text), [""; 0], "{}: {text}", rule.id);
        }
        if !matches!(rule.shape, Shape::Token(_)) {
            continue;
        }
        let value = fake(rule, &mut dice);
        for prefix in rule.prefixes {
            for text in [
                prefix.to_string(),
                format!("{prefix}your-api-key-goes-right-here"),
                format!("{prefix}{}", "x".repeat(64)),
                format!("{prefix}{}", "0".repeat(64)),
                format!("{prefix}..."),
                format!("{prefix}${{KEY}}"),
            ] {
                assert_eq!(ids(&text), [""; 0], "{}: {text}", rule.id);
            }
        }
        if rule
            .prefixes
            .iter()
            .any(|prefix| value[1..].contains(prefix))
        {
            continue;
        }
        let inside = format!("word{value}");
        assert!(!ids(&inside).contains(&rule.id), "{}: {inside}", rule.id);
        let longer = format!("{value}{}", dice.draw(LETTERS, 13_000));
        assert!(!ids(&longer).contains(&rule.id), "{}: too long", rule.id);
    }
}

#[test]
fn checksums_of_github_and_npm_make_a_finding_certain() {
    for id in ["github-token", "npm-token"] {
        let value = fake(rule(id).unwrap(), &mut Dice::new(5));
        let found = scan(value.as_bytes());
        assert_eq!(
            found[0].confidence,
            bedlock_detect::Confidence::High,
            "{id}"
        );
        let (front, last) = value.split_at(value.len() - 1);
        let wrong = format!("{front}{}", if last == "0" { "1" } else { "0" });
        assert_eq!(
            scan(wrong.as_bytes())[0].confidence,
            bedlock_detect::Confidence::Medium,
            "{id}"
        );
    }
}

#[test]
fn references_and_placeholders_are_no_secrets() {
    for text in [
        "OPENAI_API_KEY=${OPENAI_API_KEY}",
        "OPENAI_API_KEY=$OPENAI_API_KEY",
        "ANTHROPIC_API_KEY=your-api-key-here",
        "API_KEY=changeme",
        "API_KEY=<your-token>",
        "token: xxxxxxxxxxxxxxxxxxxx",
        "\"apiKey\": \"secretref-managed\"",
        "\"apiKey\": \"custom-local\"",
        "\"apiKey\": \"__aws_sdk_auth__\"",
        "\"apiKey\": {\"source\":\"env\",\"provider\":\"default\",\"id\":\"OPENAI_API_KEY\"}",
        "\"token\": \"op://vault/item/field\"",
        "\"token\": \"oc-sent-v2.k3J9xQ7fLmZ2pRtVbW8s\"",
        "password: ************",
        "const token = process.env.TELEGRAM_BOT_TOKEN;",
        "let password = readPassword();",
        "apiKey: config.get('anthropic.apiKey')",
        "Authorization: Bearer <token>",
        "Authorization: Bearer ${TOKEN}",
        "postgres://user:password@localhost:5432/app",
        "postgres://${USER}:${PASSWORD}@localhost/app",
        "https://user@example.org/",
    ] {
        assert_eq!(ids(text), [""; 0], "{text}");
    }
}

#[test]
fn ids_hashes_and_code_are_no_secrets() {
    let mut dice = Dice::new(6);
    let hex = |dice: &mut Dice, count| dice.draw(Alphabet::of(b"0123456789abcdef"), count);
    let base64 = Alphabet::of(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/");
    for _ in 0..50 {
        let sha1 = hex(&mut dice, 40);
        let sha256 = hex(&mut dice, 64);
        let integrity = dice.draw(base64, 86);
        let picture = dice.draw(base64, 4000);
        let uuid = [8, 4, 4, 4, 12]
            .map(|count| hex(&mut dice, count))
            .join("-");
        let call = dice.draw(LETTERS, 24);
        for text in [
            format!("commit {sha1}\nAuthor: Somebody <somebody@example.org>\n"),
            format!("index {}..{} 100644", &sha1[..7], &sha1[8..15]),
            format!("{{\"id\":\"{uuid}\",\"sessionKey\":\"agent:main:{uuid}\"}}"),
            format!("\"integrity\": \"sha512-{integrity}==\","),
            format!(
                "resolved \"https://registry.example.org/left-pad/-/left-pad-1.3.0.tgz#{sha1}\""
            ),
            format!("checksum = \"{sha256}\""),
            format!("{sha256}  bedlock-x86_64.tar.gz"),
            format!("sha256:{sha256}"),
            format!("image@sha256:{sha256}"),
            format!("<img src=\"data:image/png;base64,{picture}==\">"),
            format!("{{\"type\":\"image\",\"data\":\"{picture}\"}}"),
            format!("{{\"type\":\"toolCall\",\"id\":\"toolu_01{call}\"}}"),
            format!(
                "{{\"id\":\"msg_01{call}\",\"usage\":{{\"input_tokens\":4120,\"output_tokens\":77}}}}"
            ),
            format!("{{\"responseId\":\"chatcmpl-{call}\"}}"),
            format!("ETag: \"{sha1}\""),
            format!("tokenizer: {sha1}, maxTokens: 8192, nextPageToken: {call}"),
            format!("AccessKeyId of the role, secretName: app/{uuid}"),
            "!function(e,t){var n=e.token||t.apiKey;n.key=r(n),i.password=void 0}(this,{});"
                .to_owned(),
            "if(token===undefined||token.length<8){throw new Error('token: missing')}".to_owned(),
            "fn token(&self) -> Option<&SecretString> { self.token.as_ref() }".to_owned(),
            "password: String, secret: Vec<u8>, token: Option<AccessToken>,".to_owned(),
            "api_key = os.environ[\"ANTHROPIC_API_KEY\"]".to_owned(),
            "https://example.org/login?next=/home&page=2".to_owned(),
            "pub GetToken: KspGetTokenFn, pub FreeSecret: NCryptFreeSecretFn,".to_owned(),
            "HEX_PAT = \"[0-9A-Fa-f]{1,4}\"".to_owned(),
            "https://<user>:<password>@proxy-host/ and &lt;user&gt;:&lt;password&gt;".to_owned(),
            "(?P<secret_key>.*?)@(?P<host>.*?)".to_owned(),
        ] {
            assert_eq!(ids(&text), [""; 0], "{text}");
        }
    }
}

#[test]
fn keys_with_several_lines_are_found_whole_in_any_escaping() {
    let key = fake(rule("private-key").unwrap(), &mut Dice::new(7));
    for (text, wanted) in [
        (format!("a\n{key}\nb"), key.clone()),
        (
            format!("{{\"k\":\"{}\"}}", key.replace('\n', "\\n")),
            key.replace('\n', "\\n"),
        ),
        (
            format!("\\\"{}\\n\\\"", key.replace('\n', "\\\\n")),
            key.replace('\n', "\\\\n"),
        ),
    ] {
        let found = scan(text.as_bytes());
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(&text[found[0].span.clone()], wanted);
    }
    let cut = &key[..key.len() / 2];
    assert_eq!(ids(cut), ["private-key"]);
}

#[test]
fn the_secret_behind_an_access_key_id_is_found_without_its_name() {
    let mut dice = Dice::new(8);
    let id = fake(rule("aws-access-key-id").unwrap(), &mut dice);
    let secret = fake(rule("aws-secret-access-key").unwrap(), &mut dice);
    assert_eq!(
        ids(&format!("{id} {secret}\n")),
        ["aws-access-key-id", "aws-secret-access-key"]
    );
    assert_eq!(
        ids(&format!("{id},{secret},x")),
        ["aws-access-key-id", "aws-secret-access-key"]
    );
}

#[test]
fn passwords_in_addresses_are_found() {
    assert_eq!(
        ids("postgres://app:k3J9xQ7fLm@db:5432/x"),
        ["database-url-password"]
    );
    assert_eq!(
        ids("git clone https://me:k3J9xQ7fLm@example.org/x.git"),
        ["url-password"]
    );
}

#[test]
fn bytes_that_are_no_text_do_not_disturb() {
    let value = fake(rule("openrouter-api-key").unwrap(), &mut Dice::new(9));
    let mut text = vec![0xff, 0xfe, 0, 0xc3, 0x28];
    let start = text.len();
    text.extend_from_slice(value.as_bytes());
    text.extend_from_slice(&[0xed, 0xa0, 0x80]);
    let found = scan(&text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].span, start..start + value.len());
}

#[test]
fn the_encoding_of_a_finding_is_told() {
    let mut dice = Dice::new(10);
    let secret = format!("{}/{}", dice.draw(LETTERS, 19), dice.draw(LETTERS, 20));
    for (text, wanted) in [
        (format!("AWS_SECRET_ACCESS_KEY={secret}\n"), Encoding::Raw),
        (
            format!("{{\"secretAccessKey\":\"{}\"}}", secret.replace('/', "\\/")),
            Encoding::Json { depth: 1 },
        ),
        (
            format!("?aws_secret_access_key={}&x", secret.replace('/', "%2F")),
            Encoding::Percent,
        ),
    ] {
        let found = scan(text.as_bytes());
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].rule.id, "aws-secret-access-key");
        assert_eq!(found[0].encoding, wanted, "{text}");
    }
}

/// A reader that went back over its own ground would not end in reasonable time.
#[test]
fn long_lines_of_triggers_are_read_once() {
    for piece in [
        "sk-",
        "token=",
        "\"token\":\"",
        "key: ",
        "eyJ",
        "eyJhbGciOiJI.",
        "://a:",
        "password ",
        "Bearer ",
        "\\",
        "%3A",
        ":AA",
        "MTA",
        "-----BEGIN PRIVATE KEY-----",
        "AKIA",
        "ghp_",
        "--token ",
        "private_key\":",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let whole = scan(text.as_bytes()).len();
        let mut streamed = 0;
        let mut stream = Stream::new();
        text.as_bytes()
            .chunks(777)
            .for_each(|chunk| stream.push(chunk, &mut |_| streamed += 1));
        stream.finish(&mut |_| streamed += 1);
        assert_eq!(whole, streamed, "{piece}");
    }
}

fn wide(found: &Match) -> Match<u64> {
    Match {
        rule: found.rule,
        span: found.span.start as u64..found.span.end as u64,
        confidence: found.confidence,
        encoding: found.encoding,
    }
}

/// Streams `text` in pieces; what was settled before a piece is not reported after it.
fn streamed(mut stream: Stream, text: &[u8], cuts: &[usize]) -> Vec<Match<u64>> {
    let mut found = Vec::new();
    let mut settled = 0;
    let mut from = 0;
    for &cut in cuts.iter().chain([&text.len()]) {
        stream.push(&text[from..cut], &mut |m| {
            assert!(m.span.start >= settled, "{m:?} begins before {settled}");
            found.push(m);
        });
        assert!((settled..=cut as u64).contains(&stream.settled()));
        settled = stream.settled();
        from = cut;
    }
    stream.finish(&mut |m| {
        assert!(m.span.start >= settled, "{m:?} begins before {settled}");
        found.push(m);
    });
    found
}

#[test]
fn a_border_between_a_key_id_and_its_secret_loses_neither() {
    let mut dice = Dice::new(12);
    let id = fake(rule("aws-access-key-id").unwrap(), &mut dice);
    let secret = fake(rule("aws-secret-access-key").unwrap(), &mut dice);
    let text = format!("x,{id},{secret},y");
    let whole: Vec<_> = scan(text.as_bytes()).iter().map(wide).collect();
    assert_eq!(whole.len(), 2);
    for cut in 0..=text.len() {
        assert_eq!(
            streamed(Stream::new(), text.as_bytes(), &[cut]),
            whole,
            "cut at {cut}"
        );
    }
}

#[test]
fn every_chunk_border_gives_the_same_findings() {
    let mut dice = Dice::new(11);
    for rule in rules() {
        let value = fake(rule, &mut dice);
        let name = rule.env_names.first().copied().unwrap_or("MY_TOKEN");
        let text = format!(
            "{{\"a\":\"x\\n{name}={value}\\n\", \"b\": \"{value}\"}} postgres://u:{}@h/",
            &value[..8]
        );
        let whole: Vec<_> = scan(text.as_bytes()).iter().map(wide).collect();
        assert!(!whole.is_empty(), "{}: {text}", rule.id);
        for cut in 0..=text.len() {
            assert_eq!(
                streamed(Stream::new(), text.as_bytes(), &[cut]),
                whole,
                "{} cut at {cut}: {text}",
                rule.id
            );
        }
    }
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    let literal = prop::sample::select(vec![
        "\"",
        "\\\"",
        "\\n",
        "\n",
        " ",
        "=",
        ": ",
        "token",
        "API_KEY=",
        "\"apiKey\":\"",
        "Bearer ",
        "https://u:",
        "@h/",
        "%22",
        "%2F",
        "\\\\",
        "--token ",
        "<key>token</key><string>",
        "</string>",
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "AKIA",
        "sk-",
        "eyJ",
        ".",
        "\0",
        "secret: ",
        "\"name\": \"",
        "\", \"value\": \"",
        "- name: API_KEY\n  value: ",
        "token is ",
        "| token | ",
        "**Token:** ",
        "machine h login u password ",
        "config set a.token ",
        "(\"token\", \"",
        "token: str = \"",
        "password: |\n  ",
        "curl -u me:",
        "sshpass -p ",
        "badge.svg?token=",
        "${TOKEN:-",
        "setToken(\"",
        "'token', '",
        "etsyToken,",
        "api_token:::= \"",
        "TOKEN == '",
        "<token>\n  ",
        "<secret>{etsy A ",
        "}</secret>",
        "etsy key = '",
        "a.api.key=",
        "?key=",
        "API_KEY\t",
        "API_KEY\\t",
        "token:\n",
        "token%253D",
        "%2526",
        "\\u0022",
        "\\u003d",
        "token - '",
        "\"auth\":\"",
        "char token[] = @\"",
        "var aToken string = \"",
        "\"\"\"",
        "&quot;",
        "<string name=\"api_key\">",
        "&",
        ";",
    ]);
    prop_oneof![
        literal.prop_map(|text| text.as_bytes().to_vec()),
        any::<u64>().prop_map(|seed| {
            let mut dice = Dice::new(seed);
            fake(&rules()[dice.below(rules().len())], &mut dice).into_bytes()
        }),
        "[a-zA-Z0-9]{1,30}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..8),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_stream_finds_what_a_scan_finds(
        pieces in prop::collection::vec(piece(), 1..30),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let text = pieces.concat();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        cuts.sort_unstable();
        let whole: Vec<_> = scan(&text).iter().map(wide).collect();
        prop_assert!(whole.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{whole:?}");
        prop_assert_eq!(streamed(Stream::new(), &text, &cuts), whole);
        let whole = streamed(Stream::raw(), &text, &[]);
        prop_assert_eq!(streamed(Stream::raw(), &text, &cuts), whole);
    }

    #[test]
    fn known_values_are_found_across_every_border(
        value in "[!-~]{12,60}",
        before in prop::collection::vec(any::<u8>(), 0..40),
        size in 1usize..64,
    ) {
        let search = ValueSearch::new(&[value.as_bytes()]);
        let text = [before.as_slice(), value.as_bytes(), b" tail"].concat();
        let whole = search.find(&text);
        // A backslash in front can make it the escaped spelling, which is longer and ends there too.
        let end = before.len() + value.len();
        prop_assert!(whole.iter().any(|m| m.span.end == end && m.span.start <= before.len()));
        let mut found = Vec::new();
        let mut stream = search.stream();
        for chunk in text.chunks(size) {
            stream.push(chunk, &mut |m| found.push((m.index, m.span, m.encoding)));
        }
        let whole: Vec<_> = whole
            .iter()
            .map(|m| (m.index, m.span.start as u64..m.span.end as u64, m.encoding))
            .collect();
        prop_assert_eq!(found, whole);
    }
}

#[test]
fn a_known_value_is_found_in_each_of_its_spellings() {
    use base64::Engine as _;
    let value = "FAKE \"canary\"/7f3k+9q2m=\\end";
    let search = ValueSearch::new(&[value.as_bytes()]);
    let escape = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let plain_percent = value.bytes().map(|byte| match byte {
        b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    });
    let encodings = |text: &str| {
        search
            .find(text.as_bytes())
            .iter()
            .map(|m| m.encoding)
            .collect::<Vec<_>>()
    };
    assert_eq!(encodings(&format!("x{value}y")), [Encoding::Raw]);
    assert_eq!(encodings(&escape(value)), [Encoding::Json { depth: 1 }]);
    assert_eq!(
        encodings(&escape(&escape(value))),
        [Encoding::Json { depth: 2 }]
    );
    assert_eq!(
        encodings(&plain_percent.collect::<String>()),
        [Encoding::Percent]
    );
    for lead in ["", "a", "ab"] {
        for tail in ["", "z", "zz"] {
            let text = format!("{lead}{value}{tail}");
            for coded in [
                base64::engine::general_purpose::STANDARD.encode(&text),
                base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&text),
            ] {
                assert_eq!(
                    encodings(&format!("\"{coded}\"")),
                    [Encoding::Base64],
                    "{lead}|{tail}"
                );
            }
        }
    }
}

#[test]
fn arguments_are_found_as_logs_and_lists_write_them() {
    let value = Dice::new(13).draw(LETTERS, 24);
    for text in [
        format!("verbose argv \"exec\" \"notes-mcp\" \"--token\" \"{value}\""),
        format!("argv 'exec' '--token' '{value}'"),
        format!("notes-mcp --token {value}"),
        format!("notes-mcp --token=\"{value}\""),
        format!("\"args\": [\"--api-key\", \"{value}\"]"),
        format!("\"args\": [\n    \"--api-key\",\n    \"{value}\"\n  ]"),
        format!("{{\\\"args\\\":[\\\"--api-key\\\",\\n  \\\"{value}\\\"]}}"),
    ] {
        let found = scan(text.as_bytes());
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(&text[found[0].span.clone()], value, "{text}");
    }
    for text in [
        "the option \"--token\" \"is required\"",
        "[\"--token\", \"--password\"]",
        "usage: \"--token\" <token>, \"--password\" [password]",
    ] {
        assert_eq!(ids(text), [""; 0], "{text}");
    }
}

#[test]
fn expressions_of_programs_are_no_secrets() {
    for text in [
        "a={authToken:ctx.authToken,password:this.opts.password}",
        "{assistantAttachmentAuthToken:this.x.y(z),token:e.authToken??null,nonce:r}",
        "authToken:l?r??null:null,x:1",
        "authToken:f?.authToken,b",
        "my $token = $parser->get_token;",
        "$token = $self->$handler($line); int n = pExpr->pPhrase->nToken;",
        "checkPrivateKey(privateKey: KeyObject): boolean; fn f(private_key: &EcPrivateKey<'_>)",
        "bToken = p->aCategory[sqlite3Fts5UnicodeCategory(iCode)];",
        "{ psk: &#x3C;Buffer|TypedArray|DataView>, identity: x }",
        "could not decrypt signing key: %vcrypto/hmac: use of hash",
        "const SECRET = \"%(secret)s\"; private key is *ed25519.PrivateKey, not",
        "sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
        "test \"$PWD\" = \"\\$_PYENV_VH_PWD\"; token = \"\\\"$last_update_token\\\"\"",
        "váratlan token: „%s”",
        "let g:ft_ignore_pat = '\\.\\(Z\\|gz\\|bz2\\|zip\\|tgz\\)$'",
        "private_key: PKCS7PrivateKeyTypes, token: X448PrivateKey,",
        "{token:r?n.token:Sh(t),password:i?n.password:``}",
        "hasAuthToken:!!e.selectedAuth.authToken,x",
        "const apiKey = cfg.models?.providers?.[provider]?.apiKey;",
        "client_secret: this.#clientAuthentication.clientSecret || \"\"",
        "token: ScopedClaimTokenField$1,",
        "const $ZodJWT = /*@__PURE__*/ $constructor(\"$ZodJWT\")",
        "e.ProgressToken=e.createMessageConnection=e.NullLogger=void 0",
        "const token = client?.internal?.agentRuntimeIdentity?.messageActionContext;",
        "t.includes(`?token=`)?t.slice(0,t.indexOf(`?token=`)):t},y=e=>[g(`channel`)]",
        "private_key: ed25519.Ed25519PrivateKey, f_priv: _FragList",
        "const snapshotToken = '\"snapshot\"';",
        "redacted.password = \"(hidden)\";",
        "\"user_authorization\":\"unknown|low|medium|high\"",
    ] {
        assert_eq!(ids(text), [""; 0], "{text}");
    }
}

#[test]
fn words_of_any_language_are_no_secrets() {
    for text in [
        "token:`トークン認証`,password:`パスワード認証`",
        "githubToken:`権限を細かく設定できるPAT`",
        "password: \"密码验证\", secret: '显示密钥'",
        "apiKey:`API-Schlüssel`,x",
        "authorization:`{level}授权`",
        "رمز Bearer المستخدم عندما يكون",
        "--generate-gateway-token चलाएँ",
        "--generate-gateway-token บนเครื่องโฮสต์ของ Gateway",
    ] {
        assert_eq!(ids(text), [""; 0], "{text}");
    }
    assert_eq!(ids("password: \"Schlüssel-k3J9xQ7fLm\""), [GENERIC_ID]);
}

#[test]
fn what_a_person_is_to_fill_in_is_no_secret() {
    for text in [
        "SECRET_KEY=<generate with openssl rand -hex 32>",
        "Set `SECRET_KEY=<generate with openssl rand -hex 32>` first.",
        "export API_TOKEN=(generated by the console)",
        "{\"apiKey\":\"OPENAI_API_KEY\"}",
        "{\\\"apiKey\\\":\\\"TEAM2_S3_SECRET_KEY_2\\\"}",
        "OPENAI_API_KEY=MY_OPENAI_API_KEY2",
        "api_key: AZURE_OPENAI_API_KEY",
    ] {
        assert_eq!(ids(text), [""; 0], "{text}");
    }
}

#[test]
fn names_of_files_are_no_secrets() {
    for text in [
        "private_key\t= $dir/private/cakey.pem# The private key",
        "private_key = $dir/private/cakey.pem",
        "PRIVATE_KEY=$HOME/keys/id_9f8a7b6c.pem",
        "\"privateKey\": \"certs/9f8a7b6c-key.pem\"",
        "ssh_key: keys/deploy-2f9a8b7cQx.key",
        "API_KEY_FILE=/run/secrets/k3J9xQ7fLm",
        "\"secret_file\": \"/run/secrets/9f8a7b6c\"",
        "signing_key: C:\\Keys\\9f8a7b6c.pfx",
        "arn:aws:secretsmanager:us-west-2:123456789012:secret:MyTestDatabaseSecret-a1b2c3",
        "\"arn:aws:secretsmanager:*:*:secret:aws-datasync!*9\"",
        "\"AWS::ApiGateway::ApiKey\": \"48205d4ffd7feba3\",",
    ] {
        assert_eq!(ids(text), [""; 0], "{text}");
    }
}

/// Scans `text` as raw pages, in pieces of `size` bytes.
fn raw(text: &[u8], size: usize) -> Vec<Match<u64>> {
    let mut found = Vec::new();
    let mut stream = Stream::raw();
    for chunk in text.chunks(size) {
        stream.push(chunk, &mut |m| found.push(m));
    }
    stream.finish(&mut |m| found.push(m));
    found
}

#[test]
fn raw_pages_give_shapes_that_touch_other_columns() {
    let mut dice = Dice::new(14);
    let mut tried = 0;
    for rule in rules() {
        let Shape::Token(_) = rule.shape else {
            continue;
        };
        let value = fake(rule, &mut dice);
        let Some(prefix) = rule
            .prefixes
            .iter()
            .filter(|prefix| value.starts_with(**prefix))
            .max_by_key(|prefix| prefix.len())
        else {
            continue;
        };
        if prefix.len() < 6 {
            continue;
        }
        tried += 1;
        let start = "\0teamOLD".len() as u64;
        for behind in ["", "2026", "\0"] {
            let text = format!("\0teamOLD{value}{behind}");
            let found = raw(text.as_bytes(), text.len());
            assert!(
                found
                    .iter()
                    .any(|m| m.rule == rule && m.span.start == start),
                "{}: {text} gives {found:?}",
                rule.id
            );
            for size in [1, 7, 19] {
                assert_eq!(raw(text.as_bytes(), size), found, "{text} by {size}");
            }
        }
    }
    assert!(tried > 30, "{tried}");
}

#[test]
fn raw_pages_are_read_like_text_else() {
    let mut dice = Dice::new(15);
    let github = fake(rule("github-token").unwrap(), &mut dice);
    let found = raw(format!("octocat{github}\0").as_bytes(), 16);
    assert_eq!(found[0].rule.id, "github-token");
    for text in [
        "a task-list and monkey-wrench with api_key_names",
        "sk-proj-your-api-key-goes-right-here",
        "teamOLDsk-ant-api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ] {
        assert_eq!(raw(text.as_bytes(), 5), [], "{text}");
    }
    // A stream that ended begins anew in the same mode.
    let value = fake(rule("anthropic-api-key").unwrap(), &mut dice);
    let text = format!("teamOLD{value}");
    let mut stream = Stream::raw();
    for _ in 0..2 {
        let mut found = Vec::new();
        stream.push(text.as_bytes(), &mut |m| found.push(m));
        stream.finish(&mut |m| found.push(m));
        assert_eq!(found.len(), 1);
    }
}

/// Checks that each notation yields exactly the value that stands for `@`.
fn reads(notations: &[&str], value: &str) {
    for notation in notations {
        let text = notation.replace('@', value);
        let found: Vec<_> = scan(text.as_bytes())
            .into_iter()
            .map(|m| &text[m.span])
            .collect();
        assert_eq!(found, [value], "{text}");
    }
}

#[test]
fn values_are_read_from_every_notation() {
    let value = Dice::new(16).draw(LETTERS, 24);
    reads(
        &[
            // Variables and commands.
            "ENV API_KEY @\n",
            "setenv API_KEY @\n",
            "set -gx API_KEY @\n",
            "openclaw config set gateway.auth.token @\n",
            "openclaw config set gateway.auth.token \"@\"\n",
            "aws configure set aws_secret_access_key @",
            "TOKEN=@; ./run",
            "TOKEN=@ # mine",
            "TOKEN=${TOKEN:-@}",
            "sshpass -p '@' ssh h",
            "redis-cli -a @ ping",
            "curl -s -u me:@ https://h.example/",
            "curl -u 'me:@' https://h.example/",
            "machine h.example login me password @\n",
            "machine h.example\n  login me\n  password @\n",
            // JSON, YAML, XML.
            "{\"env\": [{\"name\": \"API_KEY\", \"value\": \"@\"}]}",
            "{\\\"name\\\":\\\"API_KEY\\\",\\\"value\\\":\\\"@\\\"}",
            "- name: API_KEY\n  value: @\n",
            "env:\\n- name: API_KEY\\n  value: \\\"@\\\"\\n",
            "<add key=\"ApiKey\" value=\"@\" />",
            "<property name=\"password\" value=\"@\"/>",
            "{\"token\":\n  \"@\"}",
            "password: >-\n  @\n",
            "password: |\n    @\n",
            // Programs.
            "os.Setenv(\"API_KEY\", \"@\")",
            "os.getenv('API_TOKEN', '@')",
            "const API_KEY: &str = \"@\";",
            "let apiKey: string = '@';",
            // Queries and connection strings at the start of a line.
            "client_secret=@&grant_type=x",
            "password=@;Server=x",
            // Sentences and tables.
            "My password is @, keep it.",
            "the token is: @\n",
            "the api key is `@`",
            "API key: @\n",
            "**Token:** @\n",
            "**API key**: `@`\n",
            "| API_KEY | `@` |\n",
        ],
        &value,
    );
    reads(
        &["password: @\n", "--password @ x", "TOKEN=@"],
        "Tr0ub4dor&3horse",
    );
    // Punctuation inside a password is part of it, also without quotes.
    for value in ["Kx,9;f|Q2m", "x9&kW=3)m<7q", "p@ss>w0rd]!{4"] {
        reads(
            &[
                "password: @\n",
                "db_password = @\n",
                "DB_PASSWORD=@\n",
                "{\"text\":\"password: @\\nnext\"}",
                "(password: @).",
            ],
            value,
        );
    }
}

#[test]
fn sentences_and_tables_without_a_secret_are_left_alone() {
    for text in [
        "The password is required, and the token is validated by the gateway.",
        "the token is base64-encoded; the secret is user-supplied",
        "| token | string | required |",
        "| `api_key` | `OPENAI_API_KEY` | yes |",
        "{\"name\": \"token\", \"value\": \"${TOKEN}\"}",
        "- name: API_KEY\n  valueFrom:\n    secretKeyRef: {name: app, key: api-key-2}",
        "t('password', 'Passwort')",
        "psk: &psk_bytes, brace_token: &self.brace_token, token: &proc_macro::Literal,",
        "openclaw config set gateway.auth.token ${TOKEN}",
        "useradd -u 1000:1000 me; docker run -u 1001:1001zz x",
        "[coverage](https://codecov.example/gh/x/graph/badge.svg?token=3KA3R2D9fV)",
    ] {
        assert_eq!(ids(text), [""; 0], "{text}");
    }
}
