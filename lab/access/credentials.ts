/**
 * The lab's passwords. A lab is no secret, but jeda must treat them as ones: they are distinctive, so that a
 * test can look for them by value wherever they must not be (state, journal, report, logs, process lists).
 */
export const labCredentials = {
  /** Reads the share `office`, and nothing else. */
  smbBackup: { user: "jeda-backup", password: "lab-smb-7f3c1e94b0d2" },
  /** Writes to the share: the people in the office. */
  smbOffice: { user: "kantor", password: "lab-kantor-58d0a6c3e917" },
  /** Dumps the database. */
  mariadbBackup: { user: "jeda-backup", password: "lab-simrs-c41b9e72f860" },
  /** The medical-record service's own account. */
  mariadbService: { user: "rekam-medis", password: "lab-rekam-2b86d57ae31f" },
  /** Opens the restic repository on the backup host. */
  repository: { password: "lab-restic-e90a4d1c75b8" },
  /** Encrypts the secrets in the lab's Pulumi state. */
  pulumi: { passphrase: "lab-pulumi-63f2c8b1d7a0" },
} as const;
