//! Names, notations and nestings: what stands behind the name of a credential is found in every
//! notation and at every depth of escaping, and what only looks like it is not.

use bedlock_detect::{Alphabet, Dice, GENERIC_ID, scan};
use proptest::prelude::*;

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const HEX: &[u8] = b"0123456789abcdef";

/// Notations that set a credential's name to `@`.
const ASSIGNED: &[&str] = &[
    // Environments.
    "export API_TOKEN=@\n",
    "API_TOKEN=@\n",
    "PORT=8080\nAPI_TOKEN=@\nLOG=info\n",
    "HOME=/root\0API_TOKEN=@\0PATH=/bin",
    "Environment=API_TOKEN=@\n",
    "Environment=\"PORT=8080\" \"API_TOKEN=@\"\n",
    "ENV API_TOKEN=@\n",
    "ENV API_TOKEN @\n",
    "ARG API_TOKEN=@\n",
    "docker run -e API_TOKEN=@ image",
    "API_TOKEN=@ ./run",
    "set API_TOKEN=@\n",
    "$env:API_TOKEN = \"@\"\n",
    // Flags and headers.
    "tool --api-token @ --fast",
    "tool --api-token=@ --fast",
    "curl -H \"Authorization: Bearer @\" https://h.example/",
    "curl -H 'x-api-key: @' https://h.example/",
    "X-Auth-Token: @\n",
    // Addresses.
    "https://h.example/x?a=1&api_token=@&n=10",
    "https://h.example/x?api_key=@",
    // JSON, YAML, TOML, INI, XML, properties.
    "{\"channels\":{\"x\":{\"botToken\":\"@\"}}}",
    "{\n  \"api_token\": \"@\",\n  \"n\": 1\n}",
    "{\"name\": \"API_TOKEN\", \"value\": \"@\"}",
    "provider:\n  api_token: @\n  timeout: 30\n",
    "provider:\n  api_token: \"@\"\n",
    "- api_token: '@'\n",
    "api_token: |\n  @\n",
    "api_token: >\n  @\n",
    "stringData:\n  api-token: @\n",
    "api_token = \"@\"\n",
    "[pypi]\nusername = __token__\npassword = @\n",
    "//registry.example.org/:_authToken=@\n",
    "spring.datasource.password=@\n",
    "<apiToken>@</apiToken>",
    "<apiToken>\n    @\n</apiToken>",
    "<entry name=\"apiToken\" value=\"@\" />",
    "<string name=\"api_token\">@</string>",
    "<key>apiToken</key>\n<string>@</string>",
    "<name>api.token</name><value>@</value>",
    // Programs.
    "const apiToken = \"@\";",
    "let apiToken: string = '@';",
    "const API_TOKEN: &str = \"@\";",
    "api_token: str = \"@\"\n",
    "var apiToken string = \"@\"\n",
    "apiToken := \"@\"\n",
    "apiToken := `@`\n",
    "String apiToken = \"@\";",
    "string ApiToken = \"@\";",
    "static NSString *const apiToken = @\"@\";",
    "char apiToken[] = \"@\";",
    "$apiToken = '@';",
    "$apiToken .= \"@\";",
    "$apiToken ??= \"@\";",
    ":api_token => '@'",
    "\"apiToken\" => \"@\"",
    "client(api_token=\"@\", n=1)",
    "os.environ[\"API_TOKEN\"] = \"@\"",
    "os.environ.get('API_TOKEN', '@')",
    "System.setProperty(\"API_TOKEN\", \"@\")",
    "define('API_TOKEN', '@');",
    "API_TOKEN ?= \"@\"\n",
    "API_TOKEN ::= \"@\"\n",
    "API_TOKEN += \"@\"\n",
    "api_token = b'@'\n",
    "api_token = \"\"\"@\"\"\"\n",
    // Sentences and tables.
    "The API token is `@`, keep it.",
    "my API token is @, and then go on.",
    "API token:\n@\n",
    "Exa key:\n@\n",
    "my Customer.io key is @, and",
    "the Bright Data key is `@`",
    "accountkey: \"@\"\n",
    "| API_TOKEN | `@` |\n",
    "PORT\t8080\nAPI_TOKEN\t@\n",
    "etsy token = '@' | '@'",
];

/// Notations in which the value only stands beside the name, so that it has to look drawn.
const BESIDE: &[&str] = &[
    "builder.setApiToken(\"@\")",
    "std::string apiToken(\"@\");",
    "#define API_TOKEN \"@\"\n",
    "(setq etsy-api-token \"@\")",
    "api_token \"@\"\n",
    "etsyToken,@,\n",
    "apiToken |@\nbaseUrl |https://h.example\n",
    "etsy token - '@'\n",
    "if apiToken == \"@\" {",
    "'API_TOKEN' , '\"@\"'",
    "<secret>{etsy AQAAABAAA @}</secret>",
    // A weak name with the name of a service in front of it.
    "etsy key = '@'",
    "[DEBUG] Using etsy KEY=@\n",
    "ETSY_KEY=@\n",
    "new_relic_key: @\n",
    "etsy.api.key=@\n",
    "etsy_auth = \"@\"",
    "sumologic_creds: '@'",
    "https://h.example/x?q=a&key=@&n=10",
    "api_token_for_ci = \"@\"",
];

/// Draws values of the kinds that services issue; the second tells whether it is an id or a hash too.
fn values(dice: &mut Dice) -> Vec<(String, bool)> {
    let mut draw = |set: &[u8], count| dice.draw(Alphabet::of(set), count);
    let uuid = [8, 4, 4, 4, 12].map(|count| draw(HEX, count)).join("-");
    let base64 = [LETTERS, b"+/"].concat();
    vec![
        (format!("7{}x", draw(LETTERS, 22)), false),
        (format!("4{}Q", draw(LETTERS, 62)), false),
        (format!("a{}7/9+b=", draw(&base64, 36)), false),
        (format!("9{}b", draw(HEX, 30)), false),
        (format!("9{}b", draw(HEX, 38)), true),
        (format!("9{}b", draw(HEX, 62)), true),
        (uuid, true),
    ]
}

/// Escapes a text as one more string of JSON.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\u0000"),
            c => out.push(c),
        }
        out
    })
}

/// Writes a text into `depth` strings of JSON, one in the other.
fn nested(text: &str, depth: usize) -> String {
    (0..depth).fold(text.to_owned(), |text, _| {
        format!("{{\"type\":\"text\",\"text\":\"{}\"}}", escaped(&text))
    })
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

fn found(text: &str) -> Vec<&str> {
    scan(text.as_bytes())
        .into_iter()
        .map(|found| &text[found.span])
        .collect()
}

#[track_caller]
fn finds(text: &str, value: &str) {
    let found = found(text);
    assert!(
        !found.is_empty() && found.iter().all(|text| *text == value),
        "{text}\n gives {found:?}"
    );
}

#[test]
fn every_notation_gives_every_kind_of_value_at_every_depth() {
    let mut dice = Dice::new(31);
    for notation in ASSIGNED {
        for (value, _) in values(&mut dice) {
            let text = notation.replace('@', &value);
            // `@"x"` holds an at sign of its own.
            let text = if notation.contains("= @\"") {
                notation.replace("= @\"@", &format!("= @\"{value}"))
            } else {
                text
            };
            for depth in 0..5 {
                finds(&nested(&text, depth), &value);
            }
        }
    }
}

#[test]
fn a_value_beside_a_name_is_found_when_it_looks_drawn() {
    let mut dice = Dice::new(32);
    for notation in BESIDE {
        for (value, _) in values(&mut dice) {
            // Names that are less clear hold no ids and hashes.
            let hex = value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
            if hex && notation.contains("for_ci") {
                continue;
            }
            let text = notation.replace('@', &value);
            for depth in 0..4 {
                finds(&nested(&text, depth), &value);
            }
        }
        let word = notation.replace('@', "production-settings-2");
        assert!(found(&word).is_empty(), "{word}");
    }
}

#[test]
fn addresses_inside_addresses_are_read() {
    let mut dice = Dice::new(33);
    for (value, _) in values(&mut dice) {
        let mut text = format!("a=1&api_token={value}&n=10");
        let mut spelled = value.clone();
        for _ in 0..3 {
            finds(
                &format!("https://h.example/x?next=https://g.example/?{text}"),
                &spelled,
            );
            text = percent(&text);
            spelled = percent(&spelled);
        }
    }
    let value = dice.draw(Alphabet::of(LETTERS), 32);
    finds(
        &format!("\\u0022api_token\\u0022:\\u0022{value}\\u0022"),
        &value,
    );
    finds(
        &format!("https://h/x?a=1\\u0026api_token\\u003d{value}\\u0026b=2"),
        &value,
    );
    finds(
        &format!("&quot;api_token&quot;: &quot;{value}&quot;"),
        &value,
    );
}

/// Names of things that are no credentials, in front of values that look like one.
#[test]
fn names_of_other_things_hold_no_secrets() {
    let mut dice = Dice::new(34);
    for (value, _) in values(&mut dice) {
        for text in [
            "\"accessor\":\"@\",",
            "issuerKeyHash=@",
            "primaryKey=@",
            "foreignKey=@",
            "public_key = \"@\"",
            "publicToken = \"@\"",
            "csrf-token=@",
            "\"csrfToken\":\"@\"",
            "XSRF-TOKEN=@",
            "API_VERSION=@",
            "\"kms_key_id\": \"@\"",
            "checksum: @",
            "ETag: \"@\"",
            "\"requestToken\": \"@\"",
            "commit @",
            "cache_key: @",
            "sort key: @",
            "\"credentialId\": \"@\"",
            "key_down_event=@",
            "<UserSecretsId>@</UserSecretsId>",
            "SRCREV_app = \"@\"",
            "trace_token_id=@",
            "\"sessionKey\":\"agent:main:@\"",
            "\"nextToken\": \"@\"",
            "pageToken=@&x",
            "Idempotency-Key: @",
            "fingerprint: @",
            "Digest: sha-256=@",
            "host key: @",
            "secretName: app/@",
            "key_name = \"@\"",
            "token_id: @",
            "token_hash: @",
            "password_hash: @",
            "Sec-WebSocket-Key: @",
            "data-sitekey=\"@\"",
            "pubkey: @",
            "etsy keyword is not close to the value in the data\n = '@'",
            "\"S3Key\": \"@\"",
        ] {
            let text = text.replace('@', &value);
            assert!(found(&text).is_empty(), "{text} gives {:?}", found(&text));
        }
    }
}

#[test]
fn ids_under_the_names_of_ids_are_no_secrets() {
    let mut dice = Dice::new(35);
    for (value, id) in values(&mut dice) {
        if !id || value.len() > 40 {
            continue;
        }
        for name in [
            "sessionToken",
            "clientToken",
            "turnToken",
            "device_token",
            "upload-token",
            "LifecycleActionToken",
            "page_key",
        ] {
            let text = format!("{{\"{name}\":\"{value}\"}}");
            assert!(found(&text).is_empty(), "{text}");
        }
    }
}

#[test]
fn a_token_with_an_odd_sign_in_it_is_none() {
    let mut dice = Dice::new(36);
    for (value, _) in values(&mut dice) {
        for sign in ["?", "$", "^", "#", ",", "{"] {
            let (front, back) = value.split_at(value.len() / 2);
            let text = format!("etsy token = '{front}{sign}{back}'");
            assert!(found(&text).is_empty(), "{text}");
        }
    }
}

#[test]
fn code_prose_and_settings_without_secrets_are_left_alone() {
    for text in [
        // Placeholders and masks.
        "API_KEY=fake-token-1234567890",
        "API_TOKEN=\"projects/001581170968/secrets/api-token/versions/latest\"",
        "token: sk-a***z9k3J9xQ7f",
        "password: ●●●●●●●●●●●●",
        "api_key: abc123abc123abc123abc123",
        "secret: deadbeefdeadbeefdeadbeefdeadbeef",
        "password: newpassword99",
        // Programs.
        "Dot11ExtSetDefaultKey: DOT11EXT_SET_DEFAULT_KEY,",
        "ResourceReturnTypeToken: D3D10_SB_RESOURCE_RETURN_TYPE,",
        "let der_private_key_buffer: EcPrivateKeyRfc5915Der = my_private.as_der",
        "let raw_private_key: Curve25519SeedBin<'_> = private_key",
        "nKey += 1+sqlite3Fts3ReadInt(&zInput[nKey+1], &nNear);",
        "mlkem_key: mlkem.MLKEM1024PrivateKey,",
        "RegEnumKey = win32api.RegEnumKey",
        "'gss_krb5_lucid_key', 'gss_krb5_rfc1964_keydata'",
        "TOKEN: Final = r\"[!#$%&'*+\\-.^_`|~0-9A-Za-z]{1,}\"",
        "token = matcher(r'([a-z]+)|[0-9]{4}')",
        "// shared_secret = client_pk^server_sk;",
        "quote! { Self::#variant #fields_pat => #skipped_err, }",
        "fn(x: *const c_void, pwszpassword: windows_sys::core::PCWSTR)>;",
        "[protocol://][user[:password]@]proxyhost[:port]",
        "http://user:pass%20word@h.example/path",
        "oauth_token_secret=secret%3Dpassword",
        "http://h.example/calc5.html?key=cloudformation/7870825a-f3c1-4def-92e7-c4f8dd360cca",
        "localStorage.setItem(\"token\", \"undefined\")",
        "getToken(\"production-settings-2\")",
        "if (token === \"Bearer\") return;",
        "token ? \"present\" : \"absent-value-1\"",
        "#define KEY_LENGTH 32",
        // Settings and text of interfaces.
        "{\"password\": \"Passwort\", \"token\": \"Token abgelaufen\"}",
        "{\"apiKey\": {\"type\": \"string\", \"description\": \"The API key.\"}}",
        "apiKey:\n  source: env\n  id: OPENAI_API_KEY\n",
        "password:\n  minLength: 12\n",
        "token:\n    description: the token of the bot\n",
        "<label for=\"password\">Password</label>",
        "credentials: include",
        "auth: token, pass: none",
        "\"auth\": \"required-for-all\"",
        "DB_PASS=${DB_PASS}",
        "key=value&token=none",
    ] {
        assert!(found(text).is_empty(), "{text} gives {:?}", found(text));
    }
}

#[test]
fn coded_credentials_of_clients_are_found() {
    use base64::Engine as _;
    let value = Dice::new(38).draw(Alphabet::of(LETTERS), 20);
    let coded = base64::engine::general_purpose::STANDARD.encode(format!("robot:{value}"));
    let key = base64::engine::general_purpose::STANDARD
        .encode(format!("-----BEGIN {} KEY-----\n{value}", "PRIVATE"));
    for (notation, value) in [
        ("{\"auths\":{\"h.example\":{\"auth\":\"@\"}}}", &coded),
        ("//h.example/:_auth=@\n", &coded),
        ("    client-key-data: @\n", &key),
    ] {
        for depth in 0..3 {
            finds(&nested(&notation.replace('@', value), depth), value);
        }
    }
    for text in [
        "{\"auth\":\"QWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4\"}",
        "\"auth\": \"required-for-all\"",
    ] {
        assert!(found(text).is_empty(), "{text}");
    }
}

#[test]
fn what_a_name_demands_decides_between_a_provider_and_anybody() {
    let value = values(&mut Dice::new(37)).swap_remove(1).0;
    let ids = |text: String| {
        scan(text.as_bytes())
            .iter()
            .map(|found| found.rule.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(format!("etsy key = '{value}'")), [GENERIC_ID]);
    assert!(ids(format!("some sort key = '{value}'")).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn one_more_nesting_changes_nothing(
        index in 0..ASSIGNED.len(),
        seed in any::<u64>(),
        kind in 0usize..7,
        depth in 0usize..5,
    ) {
        let notation = ASSIGNED[index];
        prop_assume!(!notation.contains("= @\""));
        let value = values(&mut Dice::new(seed)).swap_remove(kind).0;
        let text = notation.replace('@', &value);
        let (outer, inner) = (nested(&text, depth), nested(&text, depth + 1));
        prop_assert_eq!(found(&outer), found(&inner), "{}", text);
    }
}
