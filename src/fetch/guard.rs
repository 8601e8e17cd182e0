//! Which addresses may be asked: an address in, a word for why not out. Promise P7.
//!
//! A page, a redirect or a name in the DNS must not lead the crawl to the machines around it. Names are checked
//! after they were resolved, at the moment of connecting; addresses written into a URL never pass the resolver and
//! are checked before.

use super::error::FetchError;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

const V4: &[(Ipv4Net, &str)] = &[
    (v4(0, 0, 0, 0, 8), "unspecified"),
    (v4(10, 0, 0, 0, 8), "private"),
    (v4(100, 64, 0, 0, 10), "shared by a provider (CGNAT)"),
    (v4(127, 0, 0, 0, 8), "loopback"),
    (v4(169, 254, 0, 0, 16), "link-local"),
    (v4(172, 16, 0, 0, 12), "private"),
    (v4(192, 0, 0, 0, 24), "reserved"),
    (v4(192, 0, 2, 0, 24), "for documentation"),
    (v4(192, 88, 99, 0, 24), "a 6to4 relay"),
    (v4(192, 168, 0, 0, 16), "private"),
    (v4(198, 18, 0, 0, 15), "for measurements"),
    (v4(198, 51, 100, 0, 24), "for documentation"),
    (v4(203, 0, 113, 0, 24), "for documentation"),
    (v4(224, 0, 0, 0, 4), "multicast"),
    (v4(240, 0, 0, 0, 4), "reserved"),
];

/// What is not listed and lies outside 2000::/3 is refused as well.
const V6: &[(Ipv6Net, &str)] = &[
    (v6(0, 0, 128), "unspecified"),
    (v6(0, 1, 128), "loopback"),
    (v6(0, 0xffff_0000_0000, 96), "an IPv4 address in disguise"),
    (v6(0, 0, 96), "an IPv4 address in disguise"),
    (v6(0x0064_ff9b_0000_0000, 0, 96), "an IPv4 address behind NAT64"),
    (v6(0x0064_ff9b_0001_0000, 0, 48), "an IPv4 address behind NAT64"),
    (v6(0x0100_0000_0000_0000, 0, 64), "a black hole"),
    (v6(0x2001_0000_0000_0000, 0, 32), "an IPv4 address behind Teredo"),
    (v6(0x2001_0000_0000_0000, 0, 23), "reserved"),
    (v6(0x2001_0db8_0000_0000, 0, 32), "for documentation"),
    (v6(0x2002_0000_0000_0000, 0, 16), "an IPv4 address behind 6to4"),
    (v6(0x3fff_0000_0000_0000, 0, 20), "for documentation"),
    (v6(0xfc00_0000_0000_0000, 0, 7), "private (ULA)"),
    (v6(0xfe80_0000_0000_0000, 0, 10), "link-local"),
    (v6(0xfec0_0000_0000_0000, 0, 10), "private (site-local)"),
    (v6(0xff00_0000_0000_0000, 0, 8), "multicast"),
];

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

const fn v6(high: u64, low: u64, bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::from_bits((high as u128) << 64 | low as u128), bits)
}

/// Why this address may not be asked; `None` for one of the public internet.
pub fn refusal(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(ip) => V4.iter().find(|(net, _)| net.contains(&ip)).map(|&(_, why)| why),
        IpAddr::V6(ip) => {
            let global = IpNet::V6(v6(0x2000_0000_0000_0000, 0, 3)).contains(&address);
            let listed = V6.iter().find(|(net, _)| net.contains(&ip)).map(|&(_, why)| why);
            listed.or((!global).then_some("reserved"))
        }
    }
}

/// Refuses what must not be asked whatever its name resolves to: other schemes, passwords in the address, and,
/// unless the source allows them, addresses outside the public internet.
pub fn check(url: &Url, allow_private: bool) -> Result<(), FetchError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchError::Scheme { scheme: url.scheme().to_owned() });
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    if !url.username().is_empty() || url.password().is_some() {
        return Err(FetchError::Userinfo { host });
    }
    let address = match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
        _ => return Ok(()),
    };
    match refusal(address) {
        Some(kind) if !allow_private => Err(FetchError::Address { host, address, kind }),
        _ => Ok(()),
    }
}

/// Resolves names with the system's resolver and drops what may not be asked.
pub struct Resolver {
    pub allow_private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let host = name.as_str();
            let found = tokio::net::lookup_host((host, 0))
                .await
                .map_err(|error| FetchError::Dns { host: host.to_owned(), why: error.to_string() })?;
            let allowed = admitted(host, found.collect(), allow_private)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// What is left of a name's addresses. A name that has public ones too is asked there.
fn admitted(host: &str, found: Vec<SocketAddr>, allow_private: bool) -> Result<Vec<SocketAddr>, FetchError> {
    let refused = found.iter().find_map(|a| refusal(a.ip()).map(|kind| (a.ip(), kind)));
    let mut allowed = found;
    allowed.retain(|a| allow_private || refusal(a.ip()).is_none());
    let host = host.to_owned();
    match (allowed.is_empty(), refused) {
        (false, _) => Ok(allowed),
        (true, Some((address, kind))) => Err(FetchError::Address { host, address, kind }),
        (true, None) => Err(FetchError::Dns { host, why: "the name has no addresses".to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_asked() {
        for (url, expected) in [
            ("http://203.0.112.1/", "fine"),
            ("http://8.8.8.8/", "fine"),
            ("http://[2400:3200::1]/", "fine"),
            ("https://news.example/", "fine"),
            ("http://172.32.0.1/", "fine"),
            ("http://100.128.0.1/", "fine"),
            ("http://10.1.2.3/", "private"),
            ("http://172.31.255.255/", "private"),
            ("http://192.168.1.1/", "private"),
            ("http://100.64.0.1/", "shared by a provider (CGNAT)"),
            ("http://127.0.0.1:8080/", "loopback"),
            ("http://127.1/", "loopback"),
            ("http://2130706433/", "loopback"),
            ("http://0x7f.0.0.1/", "loopback"),
            ("http://0177.0.0.1/", "loopback"),
            ("http://127.0.0.1./", "loopback"),
            ("http://①②⑦.0.0.1/", "loopback"),
            ("http://0.0.0.0/", "unspecified"),
            ("http://0/", "unspecified"),
            ("http://169.254.169.254/latest/", "link-local"),
            ("http://192.0.0.170/", "reserved"),
            ("http://198.19.0.1/", "for measurements"),
            ("http://224.0.0.251/", "multicast"),
            ("http://255.255.255.255/", "reserved"),
            ("http://[::]/", "unspecified"),
            ("http://[::1]/", "loopback"),
            ("http://[::ffff:127.0.0.1]/", "an IPv4 address in disguise"),
            ("http://[::ffff:8.8.8.8]/", "an IPv4 address in disguise"),
            ("http://[::10.0.0.1]/", "an IPv4 address in disguise"),
            ("http://[64:ff9b::10.0.0.1]/", "an IPv4 address behind NAT64"),
            ("http://[64:ff9b:1::1]/", "an IPv4 address behind NAT64"),
            ("http://[2002:a00:1::]/", "an IPv4 address behind 6to4"),
            ("http://[2001::1]/", "an IPv4 address behind Teredo"),
            ("http://[2001:20::1]/", "reserved"),
            ("http://[2001:db8::1]/", "for documentation"),
            ("http://[fd00::1]/", "private (ULA)"),
            ("http://[fe80::1]/", "link-local"),
            ("http://[fec0::1]/", "private (site-local)"),
            ("http://[ff02::1]/", "multicast"),
            ("http://[4000::1]/", "reserved"),
            ("ftp://news.example/", "scheme"),
            ("file:///etc/passwd", "scheme"),
            ("http://a:b@news.example/", "userinfo"),
            ("http://a@news.example/", "userinfo"),
        ] {
            let parsed = Url::parse(url).unwrap();
            let found = match check(&parsed, false) {
                Ok(()) => "fine",
                Err(FetchError::Address { kind, .. }) => kind,
                Err(FetchError::Scheme { .. }) => "scheme",
                Err(FetchError::Userinfo { .. }) => "userinfo",
                Err(other) => panic!("{other}"),
            };
            assert_eq!(found, expected, "{url}");
            let allowed = check(&parsed, true).is_ok();
            assert_eq!(
                allowed,
                !matches!(expected, "scheme" | "userinfo"),
                "{url} where the source allows it"
            );
        }
    }

    #[test]
    fn a_name_is_judged_by_what_it_resolves_to() {
        let at = |ip: &str| SocketAddr::new(ip.parse().unwrap(), 0);
        for (why, found, allow_private, expected) in [
            ("public", vec![at("8.8.8.8")], false, "1"),
            ("a private name", vec![at("10.0.0.1")], false, "refused"),
            ("a mapped one", vec![at("::ffff:10.0.0.1")], false, "refused"),
            ("of two only the public one", vec![at("10.0.0.1"), at("8.8.8.8")], false, "1"),
            ("the source allows it", vec![at("10.0.0.1"), at("8.8.8.8")], true, "2"),
            ("no address at all", vec![], true, "none"),
        ] {
            let found = match admitted("news.example", found, allow_private) {
                Ok(left) => left.len().to_string(),
                Err(FetchError::Address { .. }) => "refused".to_owned(),
                Err(_) => "none".to_owned(),
            };
            assert_eq!(found, expected, "{why}");
        }
    }
}
