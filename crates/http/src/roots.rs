//! Which certificates a server is checked against: the file that is named, else the system's.
//!
//! Called by [`crate::Client`] before its first `https:` request.
//!
//! **Invariant:** no certificate is compiled in, and none of them can be switched off.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::HttpError;

/// Where systems keep the bundle: Debian, Fedora, openSUSE, Alpine and macOS, RHEL.
const BUNDLES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
];
/// A bundle has about 200 KB.
const LARGEST: u64 = 8 << 20;

/// The settings of TLS for a client.
pub(crate) fn client_config(named: Option<&Path>) -> Result<ClientConfig, HttpError> {
    let wrong = |path: &Path, reason: &str| HttpError::Certificates {
        path: path.to_path_buf(),
        reason: reason.to_owned(),
    };
    let (path, bytes) = match named {
        Some(path) => {
            let bytes = bedlock_host::small_file(None, path, LARGEST)
                .ok_or_else(|| wrong(path, "it is no readable file"))?;
            (path, bytes)
        }
        None => BUNDLES
            .iter()
            .map(Path::new)
            .find_map(|path| Some((path, bedlock_host::small_file(None, path, LARGEST)?)))
            .ok_or(HttpError::NoCertificates)?,
    };
    let mut roots = RootCertStore::empty();
    // One that cannot be read is left out, as browsers do: bundles hold old curiosities.
    let readable = CertificateDer::pem_slice_iter(&bytes).filter_map(Result::ok);
    let (taken, _) = roots.add_parsable_certificates(readable);
    if taken == 0 {
        return Err(wrong(path, "there is no certificate in it"));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(path, &error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
