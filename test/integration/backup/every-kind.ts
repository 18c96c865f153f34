/** Statements that make a table with every type of column, and an object of every kind that a database can hold. */
export const EVERY_KIND = `
ALTER DATABASE simrs CHARACTER SET latin1 COLLATE latin1_general_ci;
SET NAMES utf8mb4;
USE simrs;
CREATE TABLE types (
  i INT PRIMARY KEY, ti TINYINT UNSIGNED, bi BIGINT, bu BIGINT UNSIGNED, z INT(10) ZEROFILL, bo BOOLEAN,
  de DECIMAL(65,30), f FLOAT, fd FLOAT(10,3), d DOUBLE, dd DOUBLE(12,2), b BIT(33),
  da DATE, t TIME(3), dt DATETIME(6), ts TIMESTAMP(6) NULL, y YEAR,
  c CHAR(10), v VARCHAR(300), ucs CHAR(10) CHARACTER SET ucs2, sj VARCHAR(20) CHARACTER SET sjis,
  u4 VARCHAR(40) CHARACTER SET utf8mb4, u16 LONGTEXT CHARACTER SET utf16,
  tt TINYTEXT, mt MEDIUMTEXT CHARACTER SET utf8mb4, bn BINARY(4), vb VARBINARY(99),
  tb TINYBLOB, bl BLOB, mb MEDIUMBLOB, lb LONGBLOB,
  e ENUM('x','é'), s SET('a','b','ü'), j JSON, g GEOMETRY, p POINT, n6 INET6, n4 INET4, u UUID,
  gv INT AS (i * 2) VIRTUAL, gs VARCHAR(20) AS (CONCAT('#', i)) STORED, hidden INT INVISIBLE DEFAULT 7,
  KEY part (v(20), i DESC), FULLTEXT KEY words (tt), CHECK (i >= 0)
) COMMENT='semua; \`tipe\` ''data''';
INSERT INTO types (i, ti, bi, bu, z, bo, de, f, fd, d, dd, b, da, t, dt, ts, y, c, v, ucs, sj, u4, u16, tt, mt, bn, vb, tb,
    bl, mb, lb, e, s, j, g, p, n6, n4, u) VALUES
  (1, 255, -9223372036854775808, 18446744073709551615, 5, TRUE, -0.1, 1.5, 1234.125, 1e0/3, -12.34, 5000000000,
   '0000-00-00', '-838:59:59.999', '2026-11-28 23:59:59.999999', '2026-10-25 01:30:00.000001', 2026, 'ab  ',
   'tab\\t, newline\\n, zero\\0, back\\\\slash, NULL', 'hé', '表', '😭', 'héllo 🙂', 'NULL', '), (', 'a', X'00275C0A0900',
   '', X'5C', REPEAT(X'00FF5C', 3000), REPEAT('long', 400000), 'é', 'a,ü', '{"a": "b"}', ST_GeomFromText('POINT(1 2)', 4326),
   POINT(-1.5, 3), '::1', '1.2.3.4', '123e4567-e89b-12d3-a456-426614174000');
INSERT INTO types (i) VALUES (2);
INSERT INTO types (i, v, tt, d, f, c) VALUES (3, '', '', 1.7976931348623157e308, 3.40282e38, ''), (4, 'N', 'N', 5e-324, 1e-40, 'N');
CREATE TABLE twice (a INT, b VARCHAR(9));
INSERT INTO twice VALUES (1, 'x'), (1, 'x'), (NULL, NULL), (NULL, NULL);
CREATE TABLE parted (id INT, made DATE, KEY (id)) PARTITION BY RANGE (YEAR(made))
  (PARTITION old VALUES LESS THAN (2020), PARTITION rest VALUES LESS THAN MAXVALUE);
INSERT INTO parted SELECT seq, '2015-01-01' + INTERVAL seq WEEK FROM seq_1_to_900;
CREATE TABLE versions (id INT PRIMARY KEY, v VARCHAR(9)) WITH SYSTEM VERSIONING;
INSERT INTO versions VALUES (1, 'a'); UPDATE versions SET v = 'b'; UPDATE versions SET v = 'c';
CREATE TABLE periods (id INT PRIMARY KEY, a TIMESTAMP(6) GENERATED ALWAYS AS ROW START,
  z TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (a, z)) WITH SYSTEM VERSIONING;
INSERT INTO periods (id) VALUES (1); DELETE FROM periods;
CREATE TABLE booked (room INT, arrives DATE, leaves DATE, PERIOD FOR stay (arrives, leaves),
  UNIQUE (room, stay WITHOUT OVERLAPS));
INSERT INTO booked VALUES (1, '2026-01-01', '2026-02-01');
CREATE TABLE aria_table (id INT PRIMARY KEY, v TEXT) ENGINE=Aria;
CREATE TABLE myisam_table (id INT PRIMARY KEY, v TEXT) ENGINE=MyISAM;
CREATE TABLE memory_table (id INT PRIMARY KEY) ENGINE=MEMORY;
CREATE TABLE csv_table (id INT NOT NULL, v VARCHAR(20) NOT NULL) ENGINE=CSV;
INSERT INTO aria_table VALUES (1, 'aria'); INSERT INTO myisam_table VALUES (1, 'myisam');
INSERT INTO memory_table VALUES (1); INSERT INTO csv_table VALUES (1, 'a,"b');
CREATE TABLE \`Nama; "aneh" -- é\` (\`kolom; ganjil\` INT DEFAULT 3, \`select\` INT);
INSERT INTO \`Nama; "aneh" -- é\` VALUES (1, 2);
CREATE TABLE parents (id INT PRIMARY KEY);
CREATE TABLE children (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES parents (id) ON UPDATE CASCADE);
INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1, 1);
CREATE SEQUENCE numbers START WITH 100 INCREMENT BY 5 CACHE 10;
SELECT NEXTVAL(numbers), NEXTVAL(numbers);
CREATE DEFINER='dokter'@'%' SQL SECURITY INVOKER VIEW some_types AS SELECT i, v FROM types WHERE i > 1 WITH CHECK OPTION;
CREATE VIEW on_view AS SELECT COUNT(*) AS many FROM some_types;
SET sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES';
DELIMITER ;;
CREATE DEFINER='dokter'@'%' TRIGGER before_twice BEFORE INSERT ON twice FOR EACH ROW BEGIN
  -- a comment; with 'quotes'
  SET NEW.b = CONCAT(NEW.b, '/* é */');
END;;
CREATE TRIGGER second_twice BEFORE INSERT ON twice FOR EACH ROW FOLLOWS before_twice SET NEW.a = NEW.a + 1;;
CREATE PROCEDURE several(IN x INT, OUT y VARCHAR(20) CHARACTER SET utf8mb4) SQL SECURITY INVOKER COMMENT 'é' BEGIN
  # another comment
  SET y = x;
END;;
CREATE FUNCTION doubled(x DECIMAL(10,2)) RETURNS DECIMAL(10,2) DETERMINISTIC RETURN 2 * x;;
CREATE AGGREGATE FUNCTION total(x INT) RETURNS INT BEGIN
  DECLARE sum INT DEFAULT 0; DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN sum;
  LOOP FETCH GROUP NEXT ROW; SET sum = sum + x; END LOOP;
END;;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 02:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'malam'
  DO BEGIN DELETE FROM twice; END;;
SET sql_mode = ORACLE;;
CREATE PACKAGE tools AS PROCEDURE nothing; END;;
CREATE PACKAGE BODY tools AS PROCEDURE nothing AS BEGIN NULL; END; END;;
DELIMITER ;
`;
