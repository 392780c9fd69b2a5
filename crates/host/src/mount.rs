//! What kind of file system a folder is on, in words.
//!
//! Called by `snapshot` when a folder is on another file system than the tree above it.
//!
//! **Invariant:** asks about open folders only, so a dead network mount is not touched again.

use std::fs::File;

/// The kind of file system, e.g. `a network file system`.
#[cfg(target_os = "linux")]
pub(crate) fn kind(folder: &File) -> &'static str {
    /// **Source:** <https://man7.org/linux/man-pages/man2/statfs.2.html>
    const KINDS: &[(u64, &str)] = &[
        (0x6969, "a network file system (NFS)"),
        (0xff53_4d42, "a network file system (CIFS)"),
        (0xfe53_4d42, "a network file system (SMB)"),
        (0x0102_1997, "a file system of the host machine (9p)"),
        (0x00c3_6400, "a network file system (Ceph)"),
        (0x6573_5546, "a FUSE file system"),
        (0x0102_1994, "a file system in memory (tmpfs)"),
        (0x9fa0, "the process file system (proc)"),
        (0x6265_6572, "the kernel's file system (sysfs)"),
    ];
    let Ok(stat) = rustix::fs::fstatfs(folder) else {
        return "another file system";
    };
    let magic = u64::try_from(stat.f_type).unwrap_or_default() & 0xffff_ffff;
    KINDS
        .iter()
        .find(|(known, _)| *known == magic)
        .map_or("another file system", |(_, kind)| kind)
}

/// The kind of file system, when it shows what the kernel knows and not what somebody stored.
#[cfg(target_os = "linux")]
pub(crate) fn pseudo(folder: &File) -> Option<&'static str> {
    /// **Source:** <https://man7.org/linux/man-pages/man2/statfs.2.html>
    const KINDS: &[(u64, &str)] = &[
        (0x9fa0, "the process file system (proc)"),
        (0x6265_6572, "the kernel's file system (sysfs)"),
        (0x6462_6720, "the kernel's file system (debugfs)"),
        (0x7472_6163, "the kernel's file system (tracefs)"),
        (0x0027_e0eb, "the kernel's file system (cgroup)"),
        (0x6367_7270, "the kernel's file system (cgroup2)"),
        (0x7363_6673, "the kernel's file system (securityfs)"),
        (0x6265_6570, "the kernel's file system (configfs)"),
        (0xde5e_81e4, "the firmware's file system (efivarfs)"),
        (0x1cd1, "the file system of terminals (devpts)"),
        (0x1980_0202, "the file system of message queues"),
    ];
    let stat = rustix::fs::fstatfs(folder).ok()?;
    let magic = u64::try_from(stat.f_type).unwrap_or_default() & 0xffff_ffff;
    let found = KINDS.iter().find(|(known, _)| *known == magic)?;
    Some(found.1)
}

/// The kind of file system, when it shows what the kernel knows and not what somebody stored.
#[cfg(not(target_os = "linux"))]
pub(crate) fn pseudo(_folder: &File) -> Option<&'static str> {
    None
}

/// The kind of file system, e.g. `a network file system`.
#[cfg(not(target_os = "linux"))]
pub(crate) fn kind(_folder: &File) -> &'static str {
    "another file system"
}
