//! Where a channel may connect to: timeouts, and the guard against targets inside (server-side request forgery).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::time::Duration;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// How a channel may reach its target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Net {
    /// Allows targets on this host and in private networks, and with them connections without TLS.
    pub allow_private: bool,
    /// Allows a public target without TLS: phone numbers and texts then travel readable. For gateways that offer nothing else.
    pub allow_plain: bool,
    /// Longest wait, milliseconds; 100 to 60,000 is used whatever is written.
    pub timeout_ms: u64,
}

impl Default for Net {
    fn default() -> Self {
        Self {
            allow_private: false,
            allow_plain: false,
            timeout_ms: 10_000,
        }
    }
}

impl Net {
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms.clamp(100, 60_000))
    }

    pub(crate) fn plain_allowed(&self) -> bool {
        self.allow_private || self.allow_plain
    }
}

/// Whether an address is not one of the public internet: this host, private and shared ranges, link-local (with the
/// metadata services of cloud hosts), multicast, documentation and reserved ranges, also when wrapped in IPv6.
pub fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_documentation()
        || a == 0
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_private_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        // Mapped, compatible (with :: and ::1) and NAT64 addresses carry an IPv4 address at the end, 6to4 after the prefix.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0, 0, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            v4(high, low)
        }
        [0x2002, high, low, ..] => v4(high, low),
        // Only 2000::/3 is public; within it, not Teredo and the like (2001::/23) nor documentation.
        [first, second, ..] => {
            first & 0xe000 != 0x2000 || (first == 0x2001 && (second < 0x200 || second == 0xdb8)) || first == 0x3fff
        }
    }
}

/// The target was refused by the guard.
#[derive(Debug)]
pub(crate) struct TargetRefused;

impl fmt::Display for TargetRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("target in a private network")
    }
}

impl std::error::Error for TargetRefused {}

fn check<'a>(net: &Net, addrs: impl IntoIterator<Item = &'a SocketAddr>) -> Result<(), TargetRefused> {
    // One private address among public ones is enough to refuse: which one is used would be chance.
    if !net.allow_private && addrs.into_iter().any(|a| is_private(a.ip())) {
        Err(TargetRefused)
    } else {
        Ok(())
    }
}

/// Looks a host up and gives the addresses that may be connected to.
///
/// # Errors
/// `io::Error` when the name is not found; its inner error is [`TargetRefused`] when the guard refuses.
pub(crate) fn resolve(net: &Net, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let addrs: Vec<SocketAddr> = (host, port).to_socket_addrs()?.collect();
    check(net, &addrs).map_err(io::Error::other)?;
    if addrs.is_empty() {
        Err(io::ErrorKind::NotFound.into())
    } else {
        Ok(addrs)
    }
}

/// The HTTP client's resolver: what it returns is what is connected to, so a name cannot answer differently in between.
#[derive(Debug)]
pub(crate) struct Guarded {
    pub(crate) net: Net,
}

impl Resolver for Guarded {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addrs = DefaultResolver::default().resolve(uri, config, timeout)?;
        check(&self.net, addrs.iter()).map_err(|e| ureq::Error::Io(io::Error::other(e)))?;
        Ok(addrs)
    }
}

pub(crate) fn was_refused(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<TargetRefused>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_ranges() {
        for ip in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "3fff::1",
            "100::1",
        ] {
            assert!(is_private(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "1.1.1.1",
            "8.8.8.8",
            "172.32.0.1",
            "172.15.0.1",
            "100.63.0.1",
            "100.128.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "2400:3200::1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::",
        ] {
            assert!(!is_private(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn a_name_of_this_host_is_refused() {
        let refused = resolve(&Net::default(), "localhost", 25).unwrap_err();
        assert!(was_refused(&refused));
        let net = Net {
            allow_private: true,
            ..Net::default()
        };
        assert!(!resolve(&net, "localhost", 25).unwrap().is_empty());
    }
}
