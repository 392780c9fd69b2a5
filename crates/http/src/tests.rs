//! Requests against servers of this process: plain, over TLS, through a proxy, through a tunnel.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// Reads one request head and answers with it, as a body.
async fn echo(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else {
            return;
        };
        head.push(byte);
    }
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", head.len());
    let _ = stream.write_all(&[answer.as_bytes(), &head].concat()).await;
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A server that answers every connection once.
async fn plain() -> SocketAddr {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(echo(stream));
        }
    });
    address
}

/// The same over TLS, for the name `there.example`; returns its certificate.
async fn secure() -> (SocketAddr, tempfile::NamedTempFile) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["there.example".to_owned(), "127.0.0.1".to_owned()])
            .unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(cert.pem().as_bytes()).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    echo(stream).await;
                }
            });
        }
    });
    (address, file)
}

/// A proxy that joins every tunnel to one address, and remembers what it was asked.
async fn tunnel(to: SocketAddr) -> (SocketAddr, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let (listener, address) = listen().await;
    let (tell, told) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let tell = tell.clone();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let _ = tell.send(String::from_utf8(head).unwrap());
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                let mut there = tokio::net::TcpStream::connect(to).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut stream, &mut there).await;
            });
        }
    });
    (address, told)
}

async fn get(client: &Client, address: &str) -> Result<String, HttpError> {
    let request = http::Request::get(address).body(Vec::new()).unwrap();
    let answer = client.send(request, Limits::default()).await?;
    Ok(String::from_utf8_lossy(answer.body()).into_owned())
}

#[tokio::test]
async fn a_plain_request_reaches_this_machine_without_the_proxy() {
    let address = plain().await;
    let client = Client::new(Settings {
        all_proxy: Some("http://127.0.0.1:1".to_owned()),
        ..Settings::default()
    });
    let text = get(&client, &format!("http://{address}/path?x=1"))
        .await
        .unwrap();
    assert!(text.starts_with("GET /path?x=1 HTTP/1.1\r\n"), "{text}");
    assert!(text.contains("user-agent: bedlock/"), "{text}");
}

#[tokio::test]
async fn a_proxy_reads_what_is_not_secret() {
    let proxy = plain().await;
    let client = Client::new(Settings {
        http_proxy: Some(format!("http://user:FAKE@{proxy}")),
        no_proxy: Some("direct.example".to_owned()),
        ..Settings::default()
    });
    let text = get(&client, "http://there.example/path").await.unwrap();
    assert!(
        text.starts_with("GET http://there.example/path HTTP/1.1\r\n"),
        "{text}"
    );
    assert!(text.contains("proxy-authorization: Basic "), "{text}");
    let error = get(&client, "http://direct.example/canary")
        .await
        .unwrap_err();
    assert!(matches!(error, HttpError::Unreachable { .. }), "{error}");
    assert!(!error.to_string().contains("canary"));
}

#[tokio::test]
async fn a_certificate_has_to_be_known() {
    let (address, certificate) = secure().await;
    let known = Client::new(Settings {
        ca_bundle: Some(certificate.path().to_path_buf()),
        ..Settings::default()
    });
    let url = format!("https://{address}/");
    assert!(
        get(&known, &url)
            .await
            .unwrap()
            .starts_with("GET / HTTP/1.1")
    );
    let (_, other) = secure().await;
    let stranger = Client::new(Settings {
        ca_bundle: Some(other.path().to_path_buf()),
        ..Settings::default()
    });
    let error = get(&stranger, &url).await.unwrap_err();
    assert!(matches!(error, HttpError::Tls { .. }), "{error}");
    assert!(!error.is_passing());
}

#[tokio::test]
async fn a_tunnel_goes_through_the_proxy_and_is_not_read() {
    let (address, certificate) = secure().await;
    let (proxy, mut told) = tunnel(address).await;
    let client = Client::new(Settings {
        ca_bundle: Some(certificate.path().to_path_buf()),
        https_proxy: Some(format!("http://user:FAKE@{proxy}")),
        ..Settings::default()
    });
    let text = get(&client, "https://there.example/secret").await.unwrap();
    assert!(text.starts_with("GET /secret HTTP/1.1"), "{text}");
    let asked = told.recv().await.unwrap();
    assert!(
        asked.starts_with("CONNECT there.example:443 HTTP/1.1\r\n"),
        "{asked}"
    );
    assert!(
        asked
            .to_ascii_lowercase()
            .contains("proxy-authorization: basic "),
        "{asked}"
    );
    assert!(!asked.contains("secret"));
}

#[tokio::test]
async fn bundles_that_are_none_are_named() {
    let empty = tempfile::NamedTempFile::new().unwrap();
    for path in [empty.path().to_path_buf(), "/nothing/here".into()] {
        let client = Client::new(Settings {
            ca_bundle: Some(path.clone()),
            ..Settings::default()
        });
        let error = get(&client, "https://127.0.0.1:1/").await.unwrap_err();
        assert!(
            error.to_string().contains(&path.display().to_string()),
            "{error}"
        );
    }
}

#[tokio::test]
async fn answers_and_patience_have_an_end() {
    let address = plain().await;
    let client = Client::new(Settings::default());
    let request = |path: &str| {
        http::Request::get(format!("http://{address}{path}"))
            .body(Vec::new())
            .unwrap()
    };
    let small = Limits {
        body: 10,
        ..Limits::default()
    };
    let error = client.send(request("/canary"), small).await.unwrap_err();
    assert!(
        matches!(error, HttpError::TooLong { most: 10, .. }),
        "{error}"
    );
    let (silent, silence) = listen().await;
    let impatient = Limits {
        deadline: Duration::from_millis(50),
        ..Limits::default()
    };
    let asked = http::Request::get(format!("http://{silence}/canary"))
        .body(Vec::new())
        .unwrap();
    let error = client.send(asked, impatient).await.unwrap_err();
    assert!(matches!(error, HttpError::Timeout { .. }), "{error}");
    drop(silent);
    for address in ["ftp://x/", "/path"] {
        let request = http::Request::get(address).body(Vec::new()).unwrap();
        let error = client.send(request, small).await.unwrap_err();
        assert!(matches!(error, HttpError::Address), "{address}: {error}");
    }
}

#[test]
fn a_proxys_password_is_not_shown() {
    let settings = Settings {
        https_proxy: Some("http://user:canary-FAKE@proxy".to_owned()),
        ..Settings::default()
    };
    let client = Client::new(settings.clone());
    assert!(!format!("{settings:?} {client:?}").contains("canary"));
}
