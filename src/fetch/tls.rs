//! Trust in certificates: the machine's own list, loaded when the first secure connection asks for it.
//!
//! A machine without that list must still fetch plain http, and must say what is missing as soon as https is asked.

use super::error::FetchError;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};
use std::sync::{Arc, OnceLock};

/// Gives the certificates of the authorities to trust, or says why there are none.
pub type Roots = fn() -> Result<RootCertStore, String>;

/// The list that the machine keeps.
pub fn native_roots() -> Result<RootCertStore, String> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let why = found.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
        return Err(format!("this machine has no list of certificate authorities{why}"));
    }
    Ok(roots)
}

pub fn config(roots: Roots) -> Result<ClientConfig, FetchError> {
    let provider = Arc::new(ring::default_provider());
    let verifier = LazyVerifier { provider: Arc::clone(&provider), roots, loaded: OnceLock::new() };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| FetchError::Setup { why: error.to_string() })?
        .dangerous() // So rustls names every verifier but its own; ours passes each question on to that one.
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[derive(Debug)]
struct LazyVerifier {
    provider: Arc<CryptoProvider>,
    roots: Roots,
    loaded: OnceLock<Result<Arc<WebPkiServerVerifier>, FetchError>>,
}

impl LazyVerifier {
    fn load(&self) -> Result<Arc<WebPkiServerVerifier>, FetchError> {
        let missing = |why| FetchError::NoRoots { why };
        let roots = Arc::new((self.roots)().map_err(missing)?);
        WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&self.provider))
            .build()
            .map_err(|error| missing(error.to_string()))
    }
}

impl ServerCertVerifier for LazyVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.loaded.get_or_init(|| self.load()) {
            Ok(inner) => inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now),
            Err(error) => Err(Error::Other(OtherError(Arc::new(error.clone())))),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Tells what rustls found in words of the trade of whoever reads it.
pub fn explain(error: &Error, host: &str) -> FetchError {
    let host = host.to_owned();
    let why = match error {
        Error::Other(OtherError(inner)) => {
            if let Some(own) = inner.downcast_ref::<FetchError>() {
                return own.clone();
            }
            return FetchError::Tls { host, why: error.to_string() };
        }
        Error::InvalidCertificate(certificate) => certificate,
        Error::AlertReceived(alert) => {
            return FetchError::Tls { host, why: format!("the server refused the handshake ({alert:?})") };
        }
        Error::InvalidMessage(_) => {
            let why = "what it answers is not TLS; is https right for this port?".to_owned();
            return FetchError::Tls { host, why };
        }
        other => return FetchError::Tls { host, why: other.to_string() },
    };
    let why = match why {
        CertificateError::UnknownIssuer => {
            "it is signed by nobody whom this machine trusts (self-signed, or an intermediate certificate is missing)"
                .to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; check this machine's clock".to_owned()
        }
        CertificateError::NotValidForName => "it was made out to another name".to_owned(),
        CertificateError::NotValidForNameContext { presented, .. } => {
            // Each comes as `DnsName("…")`.
            let names: Vec<&str> = presented.iter().map(|n| n.split('"').nth(1).unwrap_or(n)).collect();
            format!("it was made out to another name ({})", names.join(", "))
        }
        CertificateError::BadSignature => "its signature does not fit the authority that it names".to_owned(),
        CertificateError::Revoked => "it was revoked".to_owned(),
        other => other.to_string(),
    };
    FetchError::Certificate { host, why }
}
