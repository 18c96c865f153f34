/** The hospital information system's tables, as such systems in Indonesia have them. Pure. */

export const simrsSchema = `
CREATE TABLE poliklinik (
  kode CHAR(4) PRIMARY KEY,
  nama VARCHAR(60) NOT NULL UNIQUE
) ENGINE=InnoDB;

CREATE TABLE dokter (
  id SMALLINT UNSIGNED PRIMARY KEY,
  nama VARCHAR(80) NOT NULL,
  sip VARCHAR(30) NOT NULL UNIQUE,
  poliklinik CHAR(4) NOT NULL,
  FOREIGN KEY (poliklinik) REFERENCES poliklinik (kode)
) ENGINE=InnoDB;

CREATE TABLE obat (
  kode CHAR(6) PRIMARY KEY,
  nama VARCHAR(80) NOT NULL,
  satuan VARCHAR(20) NOT NULL,
  harga DECIMAL(12,2) NOT NULL,
  stok INT UNSIGNED NOT NULL
) ENGINE=InnoDB;

CREATE TABLE pasien (
  no_rm INT UNSIGNED PRIMARY KEY COMMENT 'nomor rekam medis',
  nama VARCHAR(80) NOT NULL,
  nik CHAR(16) NOT NULL UNIQUE,
  jenis_kelamin ENUM('L','P') NOT NULL,
  tanggal_lahir DATE NOT NULL,
  alamat VARCHAR(160) NOT NULL,
  golongan_darah ENUM('A','B','AB','O') NULL,
  penjamin ENUM('BPJS','Umum','Asuransi') NOT NULL,
  KEY nama (nama)
) ENGINE=InnoDB;

CREATE TABLE registrasi (
  id INT UNSIGNED PRIMARY KEY,
  no_rm INT UNSIGNED NOT NULL,
  poliklinik CHAR(4) NOT NULL,
  dokter SMALLINT UNSIGNED NOT NULL,
  waktu DATETIME NOT NULL,
  cara ENUM('Rawat Jalan','Rawat Inap','IGD') NOT NULL,
  KEY waktu (waktu),
  FOREIGN KEY (no_rm) REFERENCES pasien (no_rm),
  FOREIGN KEY (poliklinik) REFERENCES poliklinik (kode),
  FOREIGN KEY (dokter) REFERENCES dokter (id)
) ENGINE=InnoDB;

CREATE TABLE kunjungan (
  id INT UNSIGNED PRIMARY KEY,
  registrasi INT UNSIGNED NOT NULL,
  diagnosa CHAR(5) NOT NULL COMMENT 'ICD-10',
  anamnesa TEXT NOT NULL,
  tekanan_darah VARCHAR(9) NULL,
  suhu DECIMAL(4,1) NULL,
  FOREIGN KEY (registrasi) REFERENCES registrasi (id)
) ENGINE=InnoDB;

CREATE TABLE pemeriksaan_lab (
  id INT UNSIGNED PRIMARY KEY,
  registrasi INT UNSIGNED NOT NULL,
  jenis VARCHAR(40) NOT NULL,
  hasil DECIMAL(10,2) NOT NULL,
  satuan VARCHAR(12) NOT NULL,
  waktu DATETIME NOT NULL,
  FOREIGN KEY (registrasi) REFERENCES registrasi (id)
) ENGINE=InnoDB;

CREATE TABLE resep (
  id INT UNSIGNED PRIMARY KEY,
  kunjungan INT UNSIGNED NOT NULL,
  dokter SMALLINT UNSIGNED NOT NULL,
  status ENUM('baru','diracik','diserahkan') NOT NULL,
  FOREIGN KEY (kunjungan) REFERENCES kunjungan (id),
  FOREIGN KEY (dokter) REFERENCES dokter (id)
) ENGINE=InnoDB;

CREATE TABLE resep_obat (
  resep INT UNSIGNED NOT NULL,
  nomor TINYINT UNSIGNED NOT NULL,
  obat CHAR(6) NOT NULL,
  jumlah SMALLINT UNSIGNED NOT NULL,
  aturan_pakai VARCHAR(40) NOT NULL,
  PRIMARY KEY (resep, nomor),
  FOREIGN KEY (resep) REFERENCES resep (id),
  FOREIGN KEY (obat) REFERENCES obat (kode)
) ENGINE=InnoDB;

CREATE TABLE entri (
  id CHAR(22) PRIMARY KEY COMMENT 'dari klien, unik',
  no_rm INT UNSIGNED NOT NULL,
  petugas VARCHAR(60) NOT NULL,
  catatan TEXT NOT NULL,
  dicatat DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  FOREIGN KEY (no_rm) REFERENCES pasien (no_rm)
) ENGINE=InnoDB;
`;

/** After the rows: the view and the trigger, which a dump has to bring along as well. */
export const simrsObjects = `
CREATE VIEW kunjungan_harian AS
  SELECT DATE(r.waktu) AS tanggal, p.nama AS poliklinik, COUNT(*) AS jumlah
  FROM registrasi r JOIN poliklinik p ON p.kode = r.poliklinik GROUP BY 1, 2;

CREATE TRIGGER resep_obat_stok AFTER INSERT ON resep_obat FOR EACH ROW
  UPDATE obat SET stok = GREATEST(stok, NEW.jumlah) - NEW.jumlah WHERE kode = NEW.obat;
`;
