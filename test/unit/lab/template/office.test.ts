import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { crc32, inflateRawSync, inflateSync } from "node:zlib";
import { docx, pdf, png, zip } from "../../../../lab/template/formats.ts";
import { officeCanary, officeFiles } from "../../../../lab/template/office.ts";

describe("the lab's office files", () => {
  it("are the same every time, at least 10 MiB for the tiny lab, of every format", () => {
    const look = () => {
      const hash = createHash("sha256");
      const paths: string[] = [];
      let bytes = 0;
      for (const { path, content, modified } of officeFiles("tiny")) {
        hash.update(`${path}\0${modified}\0`).update(content);
        paths.push(path);
        bytes += Buffer.byteLength(content);
      }
      return { digest: hash.digest("hex"), paths, bytes };
    };
    const first = look();
    assert.deepEqual(look(), first);
    assert.ok(first.bytes >= 10 * 1024 * 1024);
    assert.equal(new Set(first.paths).size, first.paths.length);
    for (const extension of ["txt", "csv", "html", "pdf", "png", "docx", "zip"]) {
      assert.ok(
        first.paths.some((path) => path.endsWith(`.${extension}`)),
        extension,
      );
    }
    assert.ok(first.paths.includes(officeCanary));
    assert.ok(first.paths.some((path) => /[^ -~]/.test(path)));
    for (const path of first.paths) {
      for (const name of path.split("/"))
        assert.ok(Buffer.byteLength(name) <= 255 && !/[\\:*?"<>|]/.test(name), name);
    }
  });

  it("include pictures with right checksums and pixels", () => {
    const pixels = Buffer.from(Array.from({ length: 4 * 3 * 2 }, (_, index) => index));
    const file = png(pixels, 4);
    assert.equal(file.readUInt32BE(16), 4);
    assert.equal(file.readUInt32BE(20), 2);
    for (let at = 8; at < file.length; ) {
      const length = file.readUInt32BE(at);
      assert.equal(crc32(file.subarray(at + 4, at + 8 + length)), file.readUInt32BE(at + 8 + length));
      if (file.toString("latin1", at + 4, at + 8) === "IDAT") {
        const lines = inflateSync(file.subarray(at + 8, at + 8 + length));
        assert.deepEqual(Buffer.concat([lines.subarray(1, 13), lines.subarray(14, 26)]), pixels);
      }
      at += 12 + length;
    }
  });

  it("include archives whose directory leads to every entry", () => {
    const file = zip([
      { name: "kosong.txt", data: Buffer.alloc(0), deflate: false },
      { name: "catatan – 1.txt", data: Buffer.from("halo ".repeat(100)), deflate: true },
    ]);
    let at = file.readUInt32LE(file.length - 6);
    const found: Record<string, string> = {};
    for (let entry = 0; entry < file.readUInt16LE(file.length - 12); entry++) {
      const nameLength = file.readUInt16LE(at + 28);
      const name = file.toString("utf8", at + 46, at + 46 + nameLength);
      const local = file.readUInt32LE(at + 42);
      const start = local + 30 + file.readUInt16LE(local + 26);
      const body = file.subarray(start, start + file.readUInt32LE(at + 20));
      const data = file.readUInt16LE(at + 10) === 8 ? inflateRawSync(body) : body;
      assert.equal(crc32(data), file.readUInt32LE(at + 16));
      found[name] = data.toString();
      at += 46 + nameLength;
    }
    assert.deepEqual(found, { "kosong.txt": "", "catatan – 1.txt": "halo ".repeat(100) });
  });

  it("include documents whose parts stand where their tables say", () => {
    const page = pdf("Laporan (1) №", Buffer.alloc(100));
    const text = page.toString("latin1");
    const start = Number(/startxref\n(\d+)/.exec(text)?.[1]);
    assert.ok(text.startsWith("xref\n", start));
    const offsets = [...text.slice(start).matchAll(/^(\d{10}) 00000 n/gm)].map(([, offset]) =>
      Number(offset),
    );
    offsets.forEach((offset, index) => {
      assert.ok(text.startsWith(`${index + 1} 0 obj\n`, offset));
    });
    assert.match(docx("a & b", Buffer.alloc(3)).toString("latin1"), /word\/document\.xml/);
  });
});
