//! The name of a channel: `SIP/1001-0000000d`, `PJSIP/trunk-a-00000002`, `Local/1001@agents-00000001;1`.

use crate::Plan;
use crate::track::Side;

/// Technologies whose channels are parts of Asterisk itself: nobody speaks there.
const INNER: [&str; 12] = [
    "Message",
    "Surrogate",
    "AsyncGoto",
    "CBAnn",
    "CBRec",
    "Recorder",
    "Announcer",
    "Snoop",
    "MulticastRTP",
    "UnicastRTP",
    "Bridge",
    "Parked",
];

/// Whose channel it is. Its name carries the telephone's or line's name, not the number that calls.
pub(super) fn side(channel: &str, plan: &Plan) -> Side {
    let Some((technology, rest)) = channel.split_once('/') else {
        return Side::Proxy(None);
    };
    if INNER.contains(&technology) {
        return Side::Proxy(None);
    }
    if technology == "Local" {
        let name = rest.split_once('@').map_or(rest, |(name, _)| name);
        // The second half runs the dialplan; the first stands for who is dialled.
        let stands_for = !rest.ends_with(";2") && plan.is_extension(name);
        return Side::Proxy(stands_for.then(|| name.to_owned()));
    }
    match rest.rsplit_once('-') {
        Some((name, _)) if plan.is_extension(name) => Side::Extension(name.to_owned()),
        _ => Side::Outside,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channels_name_says_whose_it_is() {
        let plan = Plan {
            trunks: vec!["95001".to_owned()],
            ..Plan::default()
        };
        let extension = |name: &str| Side::Extension(name.to_owned());
        for (channel, expected) in [
            ("SIP/1001-0000000d", extension("1001")),
            ("PJSIP/1001-0000000d", extension("1001")),
            ("SIP/13800000001-0000000e", Side::Outside),
            ("PJSIP/trunk-telecom-00000002", Side::Outside),
            ("PJSIP/95001-00000002", Side::Outside),
            ("DAHDI/i1/13800000001-2", Side::Outside),
            ("Local/1001@agents-00000001;1", Side::Proxy(Some("1001".to_owned()))),
            ("Local/1001@agents-00000001;2", Side::Proxy(None)),
            ("Local/13900000002@out-00000001;1", Side::Proxy(None)),
            ("Surrogate/SIP/1001-1", Side::Proxy(None)),
            ("", Side::Proxy(None)),
        ] {
            assert_eq!(side(channel, &plan), expected, "{channel}");
        }
    }
}
