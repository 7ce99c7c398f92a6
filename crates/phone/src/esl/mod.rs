//! FreeSWITCH
